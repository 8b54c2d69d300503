// How is a parcel of the ranking held for the project, or let go? The page is read anew when it has been done.
import { requestJson } from "app/api.js";
import { byId } from "app/dom.js";

const csrf = JSON.parse(byId("csrf").textContent ?? '""');
const folder = new URL("../api/features/", location.href);

/** @param {HTMLFormElement} form @param {string} method @param {object} [body] */
async function act(form, method, body) {
  const problem = /** @type {HTMLElement} */ (form.querySelector(".problem"));
  problem.textContent = "";
  try {
    await requestJson(method, `${new URL(`${form.dataset.ref}/hold`, folder)}`, body, csrf);
    location.reload();
  } catch (error) {
    problem.textContent = /** @type {Error} */ (error).message;
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll(".hold-form"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form, "POST", Object.fromEntries(new FormData(form)));
  });
  form.querySelector("[data-release]")?.addEventListener("click", () => act(form, "DELETE"));
}
