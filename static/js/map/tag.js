// How are words written onto the map beside something that is being drawn?

/** Words that stand on the map at a place and take no clicks. */
export class Tag {
  /** @type {L.Marker | null} */
  #marker = null;

  /** @param {L.Map} map @param {string} name of its class, which styles it */
  constructor(map, name) {
    this.map = map;
    this.words = document.createElement("span");
    this.words.className = `map-tag ${name}`;
  }

  /** @param {L.LatLng} place @param {string} text nothing is written where it is empty */
  write(place, text) {
    this.words.textContent = text;
    if (!text) return this.clear();
    if (this.#marker) this.#marker.setLatLng(place);
    else this.#marker = this.#stand(place);
  }

  clear() {
    this.#marker?.remove();
    this.#marker = null;
  }

  /** @param {L.LatLng} place */
  #stand(place) {
    const icon = L.divIcon({ html: this.words, className: "map-tag-place", iconSize: [0, 0] });
    const options = /** @type {L.MarkerOptions} */ ({
      icon,
      interactive: false,
      keyboard: false,
      pmIgnore: true,
    });
    return L.marker(place, { ...options, zIndexOffset: 1000 }).addTo(this.map);
  }
}
