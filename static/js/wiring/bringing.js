// How does the map come to what was opened?
import { inSight, meet } from "app/panel/padding.js";
import { fresh, now, reader, shown, view } from "app/wiring/parts.js";

export const CLOSEST = 14.5;

/** @param {Api.Bounds | null | undefined} bounds */
export function bringNear(bounds) {
  if (bounds) view.fit(bounds, { closest: CLOSEST });
}

// Where panels hide all of what was opened, the map moves aside; it does not come closer.
/** @param {Api.Bounds | undefined} bounds */
export function bringIntoSight(bounds) {
  if (!bounds || !now.moved || meet(bounds, inSight(now.moved.bounds))) return;
  view.fit(bounds, { closest: view.state().z });
}

/** @param {{hit: Api.Hit, results: Api.Hit[]}} found */
export function openHit({ hit, results }) {
  if (!shown.isOn(hit.layer)) shown.toggle([hit.layer], true);
  const uids = results.map(({ uid }) => uid);
  return reader.open(hit.uid, uids);
}

/** What was saved is shown at once. @param {string | null} [show] uid to open; null: nothing; undefined: what is open */
export async function renewMap(show) {
  if (show === null) reader.close();
  const opened = show ? reader.open(show) : reader.reload();
  await Promise.all([fresh.look(), opened]);
  await now.renewed;
}
