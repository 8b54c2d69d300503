// What do people read about a mark: what became of it, when, where its position comes from?

/** @typedef {import("app/mark/queue.js").Mark} Mark */

/** @param {Mark} mark @param {Api.OwnMark | undefined} known what the server says of it @param {boolean} own @returns {{words: string, tone: string}} */
export function fate(mark, known, own) {
  if (mark.state === "stopped") return { words: `需要处理：${mark.error}`, tone: "bad" };
  if (mark.state !== "sent") return { words: waiting(mark, own), tone: "waiting" };
  if (mark.target) return { words: "照片已补充", tone: "good" };
  return known ? decided(known) : { words: "已上传，待审核", tone: "pending" };
}

/** @param {Api.OwnMark} known */
export function decided({ review, reason }) {
  if (review === "returned") return { words: `退回：${reason || "没有写明理由"}`, tone: "bad" };
  return review ? { words: "已上传，待审核", tone: "pending" } : { words: "审核通过", tone: "good" };
}

/** @param {Mark} mark @param {boolean} own */
function waiting({ owner, photos, photos_sent, record_sent }, own) {
  if (!own) return `待上传，属于${owner.name}，请他登录后上传`;
  return record_sent && photos ? `待上传，照片还有 ${photos - photos_sent} 张` : "待上传，已存在本机";
}

/** Month, day and time as people say them. @param {number} at milliseconds */
export function when(at) {
  const day = new Date(at);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${day.getMonth() + 1}月${day.getDate()}日 ${two(day.getHours())}:${two(day.getMinutes())}`;
}

/** @param {string} title "E 建筑与设施" */
export function shortType(title) {
  return title.replace(/^[A-Z] /, "");
}

/** The position as the record keeps it. @param {string} words of the source @param {number | null} accuracy_m */
export function positionWords(words, accuracy_m) {
  return accuracy_m === null ? words : `${words}，±${Math.round(accuracy_m)} 米`;
}
