// Where does the chart library come from? Loaded when somebody opens the charts for the first time.

/** @type {Promise<void> | null} */
let loading = null;

/** ECharts. Rejects with a sentence for the person. @param {string} address of the vendored library @returns {Promise<any>} */
export async function charts(address) {
  loading ??= load(address);
  try {
    await loading;
  } catch (error) {
    loading = null;
    throw error;
  }
  return /** @type {any} */ (window).echarts;
}

/** @param {string} address @returns {Promise<void>} */
function load(address) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error("统计图没有读到。请检查网络，稍后再试。"));
    });
    document.head.append(script);
  });
}
