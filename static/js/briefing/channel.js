// How do the show, the screen of the one who speaks, and the editor keep in step? One channel of this browser.

/** Emits "show" {id, number}, "go" {number}, "step" {by}, "black", "ask", "changed", "where", "bounds" {bounds}: what another window of the same briefing said. */
export class Channel extends EventTarget {
  /** @param {string} slug */
  constructor(slug) {
    super();
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`briefing/${slug}`) : null;
    this.channel?.addEventListener("message", ({ data }) => {
      const { what, ...detail } = data ?? {};
      if (typeof what === "string") this.dispatchEvent(new CustomEvent(what, { detail }));
    });
  }

  /** @param {"show" | "step" | "black" | "ask" | "changed" | "go" | "where" | "bounds"} what @param {Record<string, unknown>} [detail] */
  say(what, detail = {}) {
    this.channel?.postMessage({ what, ...detail });
  }
}
