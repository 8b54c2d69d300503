// How large is a file, in words?

const UNITS = ["B", "KB", "MB", "GB"];

/** @param {number} bytes */
export function size(bytes) {
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${UNITS[step]}`;
}
