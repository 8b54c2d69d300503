// Which names do the vendored scripts put on the page? (Only map/ may use them.)
import "@geoman-io/leaflet-geoman-free";
import "@maplibre/maplibre-gl-leaflet";
import type * as Maplibre from "maplibre-gl";
import type * as Protomaps from "protomaps-leaflet";

declare global {
  const maplibregl: typeof Maplibre;
  const protomapsL: typeof Protomaps;
  interface Window {
    /** Said by the page itself. */
    hasWebGl2: boolean;
  }
}
