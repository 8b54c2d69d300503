// What the server answers, in words that every module shares (JSDoc: Api.Layer, Api.Feature …).

declare namespace Api {
  /** west, south, east, north in degrees */
  type Bounds = [number, number, number, number];

  /** The constants that the page carries; everything else is fetched. */
  interface Boot {
    map: string;
    urls: Urls;
    viewer: string;
    version: string;
  }

  interface Urls {
    layers: string;
    style: string;
    feature: string;
    search: string;
    at: string;
    table: string;
    manual: string;
    tiles: string;
    rows: string;
    bases: string;
    shift: string;
  }

  interface BasePart {
    url: string;
    min_zoom: number;
    max_zoom: number;
    bounds: Bounds | null;
  }

  /** A base map that the administrator has declared. */
  interface Base {
    name: string;
    title: string;
    /** does the button 影像 show it? */
    image: boolean;
    gcj02: boolean;
    /** from below to above */
    parts: BasePart[];
    credit: string;
    /** why nothing is seen of it */
    trouble: string | null;
  }

  interface Totals {
    count: number;
    area_mu: number | null;
    length_km: number | null;
  }

  interface SymbolTotals extends Totals {
    key: string;
    title: string;
    /** does it have a row of its own? */
    legend: boolean;
    quiet: boolean;
  }

  interface Layer extends Totals {
    key: string;
    title: string;
    kind: string;
    group: string;
    order: number;
    visibility: string;
    sample: boolean;
    data_date: string | null;
    bounds: Bounds | null;
    geometry: "polygon" | "line" | "point";
    measure_word: string;
    on: boolean;
    classes: SymbolTotals[];
  }

  interface Group {
    key: string;
    title: string;
    color: string;
    total: "area" | "length" | "count";
    word: string;
  }

  interface Preset {
    key: string;
    title: string;
    layers: string[];
    bounds: Bounds | null;
  }

  interface Catalogue {
    layers: Layer[];
    groups: Group[];
    presets: Preset[];
    data_date: string | null;
    county: { title: string; bounds: Bounds | null };
    tiles: { url: string; keys: string[] };
    sample: boolean;
  }

  type Style = import("app/map/recipes.js").Style & { digest: string };

  interface Tag {
    text: string;
    symbol?: string | null;
  }

  interface Related {
    uid: string;
    name: string;
    layer: string;
    symbol: string | null;
  }

  interface Card {
    title: string;
    subtitle: string | null;
    tags: Tag[];
    sample: boolean;
    figures: { value: string; unit: string; label: string }[];
    verdict: { text: string; clause: string | null } | null;
    rows: { label: string; value: string | null; unit?: string | null }[];
    source: string | null;
    changed: { who: string; at: string; version: number } | null;
    related: Related[];
  }

  interface Feature {
    type: "Feature";
    id: string;
    geometry: GeoJSON.Geometry | null;
    bbox?: Bounds;
    properties: Record<string, unknown> & { name: string; layer: string };
    card: Card;
  }

  interface Hit {
    id: number;
    uid: string;
    layer: string;
    layer_title: string;
    name: string;
    kind: string;
    place: string | null;
    symbol: string | null;
    bounds: Bounds | null;
  }

  interface Position {
    lon: number;
    lat: number;
    /** metres; null outside the zones */
    x: number | null;
    y: number | null;
    zone: number | null;
    crs: string;
  }

  interface Column {
    key: string;
    title: string;
    unit?: string | null;
  }

  interface Row {
    id: string;
    bbox?: Bounds;
    properties: Record<string, unknown>;
    /** the same values as a person reads them, without units */
    words: Record<string, string | null>;
  }

  interface Rows {
    type: "FeatureCollection";
    count: number;
    columns: Column[];
    features: Row[];
  }

  interface At {
    results: Hit[];
    position: Position;
  }
}
