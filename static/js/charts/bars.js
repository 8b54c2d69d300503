// How does one chart look? Horizontal bars, the figure behind each. Pure.

/** @typedef {"count" | "area_mu" | "length_km"} Measure */

export const MOST_BARS = 14;
const ROW_PX = 26;
const AROUND_PX = 12;

/** The largest groups, in the order of the server; what is left out is one bar. @param {Api.GroupTotals[]} groups @param {Measure} measure */
export function barsOf(groups, measure) {
  const valued = groups.filter((each) => each[measure]);
  if (valued.length <= MOST_BARS) return valued.map((each) => bar(each, measure));
  const ranked = [...valued].sort((one, other) => Number(other[measure]) - Number(one[measure]));
  const kept = new Set(ranked.slice(0, MOST_BARS - 1));
  const rest = ranked.slice(MOST_BARS - 1).reduce((sum, each) => sum + Number(each[measure]), 0);
  const shown = valued.filter((each) => kept.has(each)).map((each) => bar(each, measure));
  return [...shown, { label: `其余 ${valued.length - kept.size} 项`, value: rounded(rest), filter: "" }];
}

/** @param {number} count of bars */
export function heightOf(count) {
  return count * ROW_PX + AROUND_PX;
}

/** @param {{label: string, value: number, filter: string}[]} bars @param {Record<"brand" | "ink" | "quiet" | "font", string>} look @param {string} unit */
export function option(bars, look, unit) {
  const text = { color: look.ink, fontFamily: look.font, fontSize: 12 };
  return {
    animation: false,
    textStyle: { fontFamily: look.font },
    aria: { enabled: false },
    grid: { left: 4, right: 76, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map(({ label }) => label),
      axisLine: { lineStyle: { color: look.quiet } },
      axisTick: { show: false },
      axisLabel: { ...text, width: 116, overflow: "truncate" },
    },
    series: [
      {
        type: "bar",
        data: bars.map(({ value, filter }) => ({
          value,
          itemStyle: { color: filter ? look.brand : look.quiet },
        })),
        barWidth: 14,
        cursor: "pointer",
        label: {
          ...text,
          show: true,
          position: "right",
          formatter: (/** @type {{value: number}} */ { value }) => `${value.toLocaleString("zh-CN")} ${unit}`,
        },
      },
    ],
  };
}

/** @param {Api.GroupTotals} group @param {Measure} measure */
function bar(group, measure) {
  return { label: group.label, value: rounded(Number(group[measure])), filter: group.filter };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 100) / 100;
}
