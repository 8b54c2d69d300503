// Where is the trouble that somebody came here for? A flag at the place that the address names, until it is closed.

const PLACE = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/;

// The page writes its address anew as soon as the map moves.
const arrived = location.search;

/**
 * Stand a flag at `mark=lon,lat` of the address with which the page was opened; a click takes it away.
 * @param {L.Map} map
 */
export function standFlag(map) {
  const [, lon, lat] = PLACE.exec(new URLSearchParams(arrived).get("mark") ?? "") ?? [];
  if (!lon || Math.abs(+lon) > 180 || Math.abs(+lat) > 85) return;
  const icon = L.divIcon({ className: "flag", iconSize: [30, 30], iconAnchor: [15, 15] });
  const options = { icon, title: "质检发现的位置（点击移去）", alt: "质检发现的位置", pmIgnore: true };
  const flag = L.marker([+lat, +lon], /** @type {L.MarkerOptions} */ ({ ...options, zIndexOffset: 900 }));
  flag.on("click", () => flag.remove());
  flag.on("keydown", (event) => {
    const { key } = /** @type {L.LeafletKeyboardEvent} */ (event).originalEvent;
    if (key === "Enter" || key === "Escape" || key === "Delete") flag.remove();
  });
  flag.addTo(map);
}
