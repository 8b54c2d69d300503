// What do marks above the map cover? One another, where the first come first, and names of the map.

/** @typedef {{lon: number, lat: number, box: import("app/map/place.js").Box}} Words pixels around a place */

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

/**
 * Where the words of these markers stand that are seen: names of the map go elsewhere.
 * @param {L.Map} map @param {L.Marker[]} markers
 * @returns {Words[]}
 */
export function wordsOf(map, markers) {
  const corner = map.getContainer().getBoundingClientRect();
  return markers.flatMap((marker) => {
    const words = marker.getElement()?.firstElementChild?.getBoundingClientRect();
    if (!words?.width) return [];
    const { lng: lon, lat } = marker.getLatLng();
    const { x, y } = map.latLngToContainerPoint([lat, lon]).add([corner.left, corner.top]);
    return [{ lon, lat, box: [words.left - x, words.top - y, words.right - x, words.bottom - y] }];
  });
}
