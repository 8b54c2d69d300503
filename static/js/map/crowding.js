// Which marks would cover a more important one at this zoom? The first come first.

/**
 * Each marker with whether it would lie over one before it. room: how far the middles must be apart, in pixels,
 * across or down.
 * @param {L.Map} map @param {L.Marker[]} markers the most important first @param {{x: number, y: number}} room
 * @returns {[L.Marker, boolean][]}
 */
export function crowded(map, markers, room) {
  /** @type {L.Point[]} */
  const taken = [];
  return markers.map((marker) => {
    const spot = map.latLngToLayerPoint(marker.getLatLng());
    const covers = taken.some(({ x, y }) => Math.abs(x - spot.x) < room.x && Math.abs(y - spot.y) < room.y);
    if (!covers) taken.push(spot);
    return [marker, covers];
  });
}
