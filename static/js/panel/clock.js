// How is a legal clock drawn on the card? A line through its days, in the colours of the states, and where today is.
import { html } from "app/dom.js";

/** @typedef {(symbol: string) => string} ColorOf the fill of a state on the map */

/** @param {Api.Clock | null} clock @param {ColorOf} colorOf */
export function clockLine(clock, colorOf) {
  if (!clock) return null;
  const { stops, today } = clock;
  const parts = stops.map((stop, i) => part(stop, stops[i + 1]?.at ?? 1, today.at, colorOf));
  return html`<section class="clock" aria-label="法定时钟">
    <h3>法定时钟</h3>
    <div class="clock-line">
      ${parts}
      ${stops.map(({ at }) => html`<i class="clock-stop" style="${`left:${share(at)}`}"></i>`)}
      <span class="clock-today" style="${`left:${share(today.at)}`}"><b>今日</b></span>
    </div>
    <ol class="clock-days">
      ${stops.map(({ title, day, at }, i) => html`<li class="${place(i, stops.length)}" style="${`left:${share(at)}`}">${title}<br>${day}</li>`)}
    </ol>
  </section>`;
}

// What has not come yet stays grey.
/** @param {Api.ClockStop} stop @param {number} until @param {number} today @param {ColorOf} colorOf */
function part({ at, symbol }, until, today, colorOf) {
  const end = Math.min(until, today);
  if (end <= at) return null;
  return html`<i class="clock-part" style="${`left:${share(at)};width:${share(end - at)};background:${colorOf(symbol)}`}"></i>`;
}

/** @param {number} i @param {number} count */
function place(i, count) {
  if (i === 0) return "first";
  return i === count - 1 ? "last" : "";
}

/** @param {number} part of the line */
function share(part) {
  return `${(part * 100).toFixed(2)}%`;
}
