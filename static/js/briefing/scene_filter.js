// How is a condition put together for a scene? With the filter panel of the map, in a dialog over the editor.

import { fill, html } from "app/dom.js";
import { FilterPanel } from "app/filter/builder.js";
import { Filters } from "app/filter/filters.js";
import { SavedFilters } from "app/filter/saved.js";

export class SceneFilter {
  /** @param {HTMLDialogElement} dialog @param {import("app/api.js").Server} server @param {Api.Layer[]} layers @param {string} person */
  constructor(dialog, server, layers, person) {
    this.dialog = dialog;
    this.server = server;
    this.layers = layers;
    this.saved = new SavedFilters(person);
  }

  /** @param {string} key of the layer @param {string} text what stands @param {(text: string) => void} act every time that another one stands */
  async open(key, text, act) {
    const filters = new Filters(this.server);
    const place = html`<section class="filters"></section>`;
    const close = () => this.dialog.close();
    fill(
      this.dialog,
      place,
      html`<div class="buttons"><button type="button" class="button first" @click=${close}>完成</button></div>`,
    );
    const panel = new FilterPanel(place, this.server, filters, this.saved);
    panel.offer(this.layers.filter((layer) => layer.key === key));
    panel.addEventListener("close", close);
    this.dialog.showModal();
    if (text) await filters.set(key, text);
    filters.addEventListener("changed", () => act(filters.textOf(key)));
    await panel.open(key);
  }
}
