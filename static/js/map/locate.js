// Where is this device? Answers, or says in a sentence why it cannot.

const REFUSALS = /** @type {Record<number, string>} */ ({
  1: "浏览器未允许读取位置。请在地址栏左侧的网站设置中允许“位置”，再点定位。",
  2: "设备没有给出位置。请到室外或打开定位服务后重试。",
  3: "定位超时。请到室外或打开定位服务后重试。",
});

/** @returns {Promise<GeolocationCoordinates>} */
export function position() {
  if (!window.isSecureContext || !navigator.geolocation) {
    const sentence = "当前是 http 访问，浏览器不提供定位。请用 https 地址打开，或在本机打开。";
    return Promise.reject(new Error(sentence));
  }
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(coords),
      ({ code }) => reject(new Error(REFUSALS[code] ?? REFUSALS[2])),
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  });
}
