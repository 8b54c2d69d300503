// How do filters stand in addresses? `idle_parcel:symbol.any.two_years;area_mu.over.20|road_project:…`. Pure.

/** @typedef {{key: string, operator: string, values: string[]}} Condition */

/** The filters of all layers as one text. @param {Record<string, string>} filters by layer */
export function joined(filters) {
  return Object.entries(filters)
    .filter(([, text]) => text)
    .map(([layer, text]) => `${layer}:${text}`)
    .join("|");
}

/** @param {string} text @returns {Record<string, string>} by layer */
export function parted(text) {
  const parts = text.split("|").flatMap((part) => {
    const at = part.indexOf(":");
    return at > 0 && at < part.length - 1 ? [[part.slice(0, at), part.slice(at + 1)]] : [];
  });
  return Object.fromEntries(parts);
}

/** @param {string} text of one layer @returns {Condition[]} */
export function conditionsOf(text) {
  return text
    .split(";")
    .filter(Boolean)
    .map((part) => {
      const [key, operator = ""] = part.split(".", 2);
      const rest = part.slice(key.length + operator.length + 2);
      return { key, operator, values: rest ? rest.split(",").map(decodeURIComponent) : [] };
    });
}

/** @param {Condition[]} conditions */
export function textOf(conditions) {
  return conditions
    .map(({ key, operator, values }) =>
      [key, operator, ...(values.length ? [values.map(escaped).join(",")] : [])].join("."),
    )
    .join(";");
}

/** The same text with one more condition; one on the same field by the same operator gives way. @param {string} text @param {string} condition */
export function withCondition(text, condition) {
  const [added] = conditionsOf(condition);
  const kept = conditionsOf(text).filter(
    (each) => each.key !== added.key || each.operator !== added.operator,
  );
  return textOf([...kept, added]);
}

/** @param {string} value */
function escaped(value) {
  return value.replace(/[%;,|]/g, (char) => encodeURIComponent(char));
}
