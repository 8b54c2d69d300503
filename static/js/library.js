// How does a large library come into the page? Only when somebody needs it for the first time.

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/**
 * Loads scripts (.js) and style sheets (.css), each once. Rejects with a sentence for the person.
 * @param {string} what it is for, as the person calls it @param {...string} addresses of vendored files
 */
export async function brought(what, ...addresses) {
  await Promise.all(addresses.map((address) => once(address, what)));
}

/** @param {string} address @param {string} what */
async function once(address, what) {
  const asking = asked.get(address) ?? put(elementFor(address));
  asked.set(address, asking);
  try {
    await asking;
  } catch {
    asked.delete(address);
    throw new Error(`${what}没有读到。请检查网络，稍后再试。`);
  }
}

/** @param {string} address */
function elementFor(address) {
  const isStyle = address.split("?")[0].endsWith(".css");
  if (isStyle) return Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  return Object.assign(document.createElement("script"), { src: address });
}

/** @param {HTMLElement} element @returns {Promise<void>} */
function put(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => {
      element.remove();
      reject();
    });
    document.head.append(element);
  });
}
