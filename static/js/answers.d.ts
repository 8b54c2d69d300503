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
    account?: Account | null;
    csrf?: string;
  }

  /** Who is signed in; `may` says what he may at all. */
  interface Account {
    name: string;
    role: string;
    role_title: string;
    unit: string;
    town: string | null;
    may: string[];
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
    page: string;
    api: string;
    sign_in: string;
    bin: string;
    drawing: { script: string; style: string };
    charts: string;
    grid: string;
    siting: string;
    themes: string;
    /** where the comparison of road networks is asked for */
    travel?: string;
    attachments?: string;
    /** of the pages of a briefing */
    briefing?: string;
    player?: string;
    presenter?: string;
    editor?: string;
    take?: string;
    list?: string;
    /** of the pages that mark sites */
    state?: string;
    outline?: string;
    mine?: string;
  }

  interface BriefingHead {
    slug: string;
    title: string;
    unit: string;
    visibility: string;
    version: number;
    count: number;
    may_change: boolean;
    url: string;
  }

  interface Briefings {
    briefings: BriefingHead[];
    templates: { key: string; title: string; scenes: number }[];
    may_make: boolean;
  }

  /** A photo or document of a feature. */
  interface Attachment {
    uid: string;
    name: string;
    role: "then" | "now" | "doc" | null;
    media_type: string;
    bytes: number;
    width: number | null;
    height: number | null;
    taken_at: string | null;
    lon: number | null;
    lat: number | null;
    heading: number | null;
    accuracy_m: number | null;
    position_words: string | null;
    who: string;
    created_at: string;
    may_change: boolean;
    urls: { shown: string; thumb: string | null; original: string | null };
  }

  interface Attachments {
    feature: string;
    may_attach: boolean;
    roles: Record<string, string>;
    attachments: Attachment[];
  }

  /** What is known of a file that is sent. */
  interface FileFacts {
    uid: string;
    name: string;
    role?: string;
    taken_at?: string;
    lon?: number;
    lat?: number;
    heading?: number;
    accuracy_m?: number;
    position_source?: string;
  }

  interface Sent {
    blob: Blob;
    facts: FileFacts;
  }

  /** Who marks sites on this device, and how. */
  interface Marking {
    account: Account | null;
    account_id: number | null;
    csrf: string;
    may_mark: boolean;
    layer: string;
    field: string;
    always: Record<string, string>;
    types: { value: string; title: string }[];
    sources: Record<string, string>;
    limits: { accuracy_m: number; near_m: number; photo_kb: number; photo_px: number };
  }

  interface OutlineLine {
    kind: string;
    symbol: string;
    name: string;
    geometry: GeoJSON.Geometry;
  }

  interface OwnMark {
    uid: string;
    name: string;
    layer: string;
    at: string;
    review: "pending" | "returned" | null;
    reason: string | null;
    photos: number;
    thumb: string | null;
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

  /** A scanned drawing that was placed on the ground. */
  interface Drawing {
    uid: string;
    title: string;
    unit: string;
    visibility: string;
    url: string;
    bounds: Bounds;
    min_zoom: number;
    max_zoom: number;
    rms_m: number | null;
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

  type Orientation = "landscape" | "portrait";

  /** How far long work is. */
  interface Progress {
    number: number;
    state: string;
    state_title: string;
    ended: boolean;
    progress: number;
    message: string;
  }

  interface PrintPaper {
    key: string;
    landscape: { size_mm: [number, number]; map_mm: [number, number] };
    portrait: { size_mm: [number, number]; map_mm: [number, number] };
  }

  interface PrintChoices {
    papers: PrintPaper[];
    orientations: Record<Orientation, string>;
    scales: number[];
    forms: string[];
    grids: Record<string, string>;
    most_sheets: number;
    /** to which coordinates of a public sheet are rounded */
    grid_m: number;
    /** of the account */
    unit: string;
    mark: string;
    hours: number;
    non_secret: string;
    recent: Print[];
  }

  interface PrintWanted {
    paper: string;
    orientation: Orientation;
    scale: number;
    center: [number, number];
    turn: number;
    layers: string[];
    filters: Record<string, string>;
    faint: Record<string, number>;
    over: Record<string, number>;
    at?: string;
    rows: number;
    columns: number;
    overlap: number;
    title: string;
    unit: string;
    form: string;
    grid: string;
    legend: boolean;
    public: boolean;
    review_number?: string;
    final: boolean;
  }

  interface Print extends Progress {
    name?: string;
    bytes?: number;
    scale?: number;
    paper?: string;
    pages?: number;
    notes?: string[];
    data?: { title: string; version: number; data_date: string | null }[];
    who?: string;
    at?: string;
    url?: string;
    hours?: number;
  }

  interface ExportFormat {
    key: string;
    title: string;
    hint: string;
    coordinates: "plane" | "degrees" | "both";
    encodings: string[];
    several: boolean;
    public: boolean;
    internal: boolean;
    /** A paper for the public, with words of its own. */
    notice?: boolean;
  }

  interface ExportChoices {
    formats: ExportFormat[];
    profiles: { key: string; title: string }[];
    /** the 3° zones of each layer */
    zones: Record<string, number[]>;
    /** of the account */
    unit: string;
    today: string;
    hours: number;
    grid_m: number;
    non_secret: string;
  }

  interface ExportWanted {
    layers: string[];
    form: string;
    uids?: string[];
    bbox?: Bounds;
    filter?: string;
    zone?: number;
    far?: boolean;
    profile?: string;
    encoding?: string;
    public: boolean;
    review_number?: string;
    final: boolean;
    notice?: Record<string, string>;
  }

  interface ExportZone {
    value: number | "far";
    title: string;
    consequence: string;
  }

  interface Export extends Progress {
    name?: string;
    rows?: number;
    bytes?: number;
    sample?: boolean;
    notes?: string[];
    url?: string;
    hours?: number;
    error?: string;
    choices?: ExportZone[];
  }

  interface Layer extends Totals {
    key: string;
    title: string;
    kind: string;
    group: string;
    order: number;
    visibility: string;
    version: number;
    /** what the account may do in it */
    may?: string[];
    sample: boolean;
    data_date: string | null;
    bounds: Bounds | null;
    geometry: "polygon" | "line" | "point";
    measure_word: string;
    on: boolean;
    classes: SymbolTotals[];
    /** of a big layer that is shown by its overview below this zoom of Leaflet */
    overview?: { edition: number; making: boolean; below_zoom: number } | null;
    /** what of it stands when; null: all of it always */
    time?: Lifetime | null;
  }

  /** Expressions of the style specification, with "$day" where the day shall stand. */
  interface Lifetime {
    now: unknown[];
    by: unknown[];
    plan: unknown[];
    /** how many come to stand in a year */
    years: Record<string, number>;
    /** how many stand in no year, for want of a date */
    undated: number;
  }

  /** A place before and after new roads, in minutes; null: out of reach. */
  interface Reached {
    uid: string;
    name: string;
    town: string;
    lon: number;
    lat: number;
    sample: boolean;
    before: number | null;
    after: number | null;
    gain: number | null;
    why: string;
  }

  interface Band {
    minutes: number;
    before: GeoJSON.Geometry;
    after: GeoJSON.Geometry;
    before_km2: number;
    after_km2: number;
  }

  /** 路网前后, as it was kept. */
  interface Travel {
    uid: string;
    url: string;
    title: string;
    sentences: string[];
    changed: string[];
    note: string;
    result: {
      before: { words: string };
      after: { words: string };
      hub: { words: string; places: { name: string; lon: number; lat: number }[] };
      sites: Reached[];
      towns: Reached[];
      bands: Band[];
      lines: { new?: boolean; gain_from?: number; gain_to?: number | null; geometry: GeoJSON.Geometry }[];
      sample: boolean;
    };
  }

  type DifferenceSort = "new" | "changed" | "removed";

  /** before and after: of a shape that is there, and as the file has it. */
  interface ShownDifference {
    sort: DifferenceSort;
    name: string;
    uid?: string;
    code?: string;
    place?: string;
    differences?: [string, string, string][];
    before?: GeoJSON.Geometry;
    after?: GeoJSON.Geometry;
  }

  interface DoubtfulRow {
    place: string;
    field: string;
    value: string;
    reason: string;
    spot: [number, number];
    grave: boolean;
  }

  interface Differences {
    file: string;
    url: string;
    outdated: boolean;
    layer: string | null;
    title: string;
    word: string;
    counts: Record<DifferenceSort | "unchanged", number>;
    shapes: ShownDifference[];
    problems: DoubtfulRow[];
    left_out: string[];
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
    /** what passes, by layer */
    filters: Record<string, string>;
    /** titles of layers whose filter this viewer may not ask */
    unfiltered: string[];
  }

  interface Catalogue {
    layers: Layer[];
    groups: Group[];
    presets: Preset[];
    data_date: string | null;
    county: { title: string; bounds: Bounds | null };
    tiles: import("app/map/gl_style.js").Tiles & { url: string; keys: string[] };
    sample: boolean;
    /** today in the county, or the day that is looked at */
    day?: string;
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

  interface ClockStop {
    title: string;
    day: string;
    /** the symbol class of the state that begins here */
    symbol: string;
    /** share of the line, 0 to 1 */
    at: number;
  }

  interface Clock {
    stops: ClockStop[];
    today: { day: string; at: number };
  }

  /** the ledger of a case, for those who may see it */
  interface Case {
    steps: CaseStep[];
    next: { title: string; day: string | null; overdue: number } | null;
    trouble: string[];
    url: string;
    may_write: boolean;
  }

  interface CaseStep {
    title: string;
    day: string | null;
    number: string;
    note: string;
    file: { name: string; url: string } | null;
  }

  /** what a record is tied to, by one sort and direction */
  interface Links {
    sort: string;
    back: boolean;
    title: string;
    /** the number that all members share */
    shared: string;
    ordered: boolean;
    many: boolean;
    items: {
      uid: string;
      name: string;
      layer: string;
      layer_title: string;
      symbol: string;
      place: string;
      phase: string;
      area_mu: number | null;
      sample: boolean;
      ref: string;
      lon: number;
      lat: number;
    }[];
    unknown: { words: string; ref: string; why: string }[];
    hidden: number;
    deleted: number;
    balance: { old_mu: number; new_mu: number; difference_mu: number; sentence: string } | null;
    may_add: boolean;
    may_change: boolean;
    kinds: string[];
    shown: boolean;
  }

  /** for which project a parcel is held */
  interface Hold {
    may: boolean;
    days: number;
    most_days: number;
    now: {
      state: "held" | "lapsed";
      state_words: string;
      project: string;
      unit: string;
      until: string;
      by: string;
      since: string | null;
    } | null;
  }

  /** a ranking of land for a project */
  interface Siting {
    title: string;
    summary: string;
    holds: Record<string, string>;
    result: {
      project: string;
      kept: number;
      sample: boolean;
      note: string;
      rows: {
        rank: number;
        uid: string;
        name: string;
        layer: string;
        total: number | null;
        lon: number;
        lat: number;
        bounds: Bounds;
      }[];
    };
  }

  /** late: days past the plan. */
  interface Milestone {
    name: string;
    planned: string | null;
    actual: string | null;
    state: "done" | "late" | "open";
    late: number;
  }

  interface Milestones {
    rows: Milestone[];
    trouble: string[];
    url: string;
    may_write: boolean;
    /** whether he may say when one was reached */
    may_reach: boolean;
  }

  interface Card {
    milestones?: Milestones | null;
    title: string;
    subtitle: string | null;
    tags: Tag[];
    sample: boolean;
    figures: { value: string; unit: string; label: string }[];
    verdict: { text: string; clause: string | null } | null;
    clock: Clock | null;
    case: Case | null;
    /** for who may see and hold it */
    hold: Hold | null;
    links: Links[];
    rows: { label: string; value: string | null; unit?: string | null }[];
    /** titles of the most important fields without a value */
    missing: string[];
    /** for insiders: columns of the file that no field declares */
    extra: { label: string; value: string }[];
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
    /** for insiders: what is stored, and what the account may do with it */
    edit?: Editable;
    review?: Review | null;
    proposal?: Proposal | null;
    /** what became of a change */
    act?: number | null;
    proposed?: number | null;
  }

  interface Editable {
    number: number;
    version: number;
    visibility: string | null;
    unit: string;
    may: string[];
    properties: Record<string, unknown>;
  }

  interface Review {
    state: "pending" | "returned";
    title: string;
    who: string;
    at: string;
    own: boolean;
    reason: string | null;
    by: string | null;
  }

  /** Legal fields that wait for a second person. */
  interface Proposal {
    id: number;
    title: string;
    who: string;
    at: string;
    own: boolean;
    reason: string | null;
    fields: { key: string; label: string; unit: string; old: string | null; new: string | null }[];
  }

  interface FieldChange {
    key: string;
    label: string;
    unit: string;
    old: string | null;
    new: string | null;
  }

  /** One deed as history tells it of one feature, the latest first. */
  interface HistoryStep {
    act: number;
    what: string;
    title: string;
    who: string;
    at: string;
    reason: string | null;
    count: number;
    undoes: number | null;
    undone: boolean;
    /** null: only photos changed */
    version: number | null;
    created: boolean;
    deleted: boolean;
    changes: FieldChange[];
    photos: { name: string; title: string; restorable: boolean }[];
    /** the files that an import brought */
    originals: { name: string; url: string }[];
    /** as it was before, and by how much it grew; null where it stayed */
    shape: {
      geometry: GeoJSON.Geometry;
      unit: string;
      old: number | null;
      new: number | null;
      difference: number | null;
    } | null;
  }

  interface History {
    uid: string;
    name: string;
    layer: string;
    version: number;
    deleted: boolean;
    history: HistoryStep[];
  }

  interface TrayItem {
    uid: string;
    name: string;
    layer: string;
    kind: string;
    version: number;
    town: string | null;
    bounds: Bounds;
    who?: string;
    by?: string;
    at: string;
    reason?: string | null;
  }

  /** What waits for this account. */
  interface InTray {
    counts: { pending: number; proposals: number; returned: number; total: number };
    pending: TrayItem[];
    proposals: TrayItem[];
    returned: TrayItem[];
  }

  interface LayerForm {
    layer: string;
    title: string;
    shapes: ("point" | "line" | "polygon")[];
    visibility: string;
    visibilities: Option[];
    may: string[];
    fields: FormField[];
  }

  interface ConflictingField {
    field: string;
    label: string;
    base: unknown;
    theirs: unknown;
    yours: unknown;
  }

  interface MergedField {
    field: string;
    label: string;
    value: unknown;
    from: "yours" | "theirs";
  }

  /** What a change is told that started from an old version. */
  interface Stale {
    yours: { version: number };
    theirs: {
      version: number;
      who: string;
      at: string;
      properties: Record<string, unknown>;
      geometry: GeoJSON.Geometry;
    };
    conflicts: ConflictingField[];
    merged: MergedField[];
    /** what of yours stands in nobody's way */
    merge: { properties?: Record<string, unknown>; geometry?: GeoJSON.Geometry };
  }

  interface NewFeature {
    id: string;
    geometry: GeoJSON.Geometry;
    properties: Record<string, unknown>;
    visibility?: string | null;
  }

  interface Change {
    visibility?: string | null;
    geometry?: GeoJSON.Geometry;
    properties?: Record<string, unknown>;
    reason?: string;
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

  interface Urgent {
    key: string;
    title: string;
    count: number;
    measure_word: string;
    /** which colour speaks for it */
    tone: string;
    url: string;
  }

  interface Today {
    day: string;
    rows: Urgent[];
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

  interface Operator {
    key: string;
    word: string;
    /** how its values are asked for: choices, words, number, range, day, days, years, drawn, distance; "" for none */
    values: string;
  }

  interface Facet {
    key: string;
    title: string;
    sort: "choice" | "choices" | "text" | "names" | "number" | "day" | "flag" | "shape";
    unit: string;
    common: boolean;
    choices: Option[];
    /** whether totals can be told by its values */
    grouped: boolean;
    operators: Operator[];
  }

  /** By what a layer can be filtered. */
  interface Facets {
    layer: string;
    title: string;
    word: string;
    facets: Facet[];
    questions: { title: string; filter: string }[];
    layers: Option[];
  }

  /** A word that was understood; slot: what can be put in its place. */
  interface Heard {
    words: string;
    start: number;
    end: number;
    slot: "" | "town" | "number";
  }

  interface AnswerPart extends Totals {
    layer: string;
    title: string;
    word: string;
    filter: string;
    sentence: string;
    bounds: Bounds | null;
    sample: boolean;
  }

  /** Without an answer, `trouble` says why. */
  interface Answer {
    question: string;
    answered: boolean;
    trouble: string;
    heard: Heard[];
    unknown: { words: string; why: string }[];
    suggestions: string[];
    sentence: string;
    figures: { value: string; unit: string; title: string }[];
    parts: AnswerPart[];
    group: string;
    groups: { label: string; words: string; count: number; filter: string }[];
    list: (Hit & { size: string })[];
    remarks: string[];
    source: string;
    url: string | null;
  }

  interface Questions {
    completions: string[];
    prepared: { group: string; question: string }[];
    towns: string[];
  }

  /** What a filter says; conditions with what is left without them. */
  interface Filtered {
    layer: string;
    word: string;
    filter: string;
    sentence: string;
    conditions: { key: string; text: string; phrase: string; rest: string }[];
    count: number;
    map: import("app/map/passing.js").Asked | null;
  }

  interface GroupTotals extends Totals {
    value: string;
    label: string;
    /** the condition that leaves this group only */
    filter: string;
  }

  interface NetArea {
    area_mu: number | null;
    overlap_mu: number | null;
    /** what is said instead */
    why: string;
    ask?: boolean;
    waiting?: boolean;
  }

  interface FilterTotals extends Totals {
    layer: string;
    filter: string;
    sentence: string;
    parts: Totals | null;
    groups: Record<string, GroupTotals[]>;
  }

  interface Column {
    key: string;
    title: string;
    unit?: string | null;
    numeric?: boolean;
  }

  /** One row of a ledger, without its shape. */
  interface LedgerRow {
    id: string;
    version: number;
    bounds: Bounds;
    words: Record<string, string>;
  }

  /** What stands and adds up, in words by column. */
  interface LedgerTotals {
    count: number;
    words: Record<string, string>;
  }

  interface Ledger {
    count: number;
    columns: Column[];
    rows: LedgerRow[];
    /** null: of a past day nothing is added up; undefined: it was not asked for */
    totals?: LedgerTotals | null;
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

  interface Option {
    value: string;
    label: string;
  }

  /** One question of the form of a layer. */
  interface FormField {
    key: string;
    label: string;
    type: string;
    unit: string;
    required: boolean;
    choices: Option[];
    help: string;
    min: number | null;
    max: number | null;
    multiline: boolean;
    /** rights in land rest on it: a change needs a second person */
    legal: boolean;
    group: string;
    /** what a choice says that is left open */
    empty?: string;
  }

  interface At {
    results: Hit[];
    position: Position;
  }
}
