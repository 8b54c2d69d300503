// What does the server tell of a briefing that is shown? (GET /api/briefings/<slug>/play)

export interface Figure {
  label: string;
  measure: string;
  value: number | null;
  text: string;
  unit: string;
  missing: string;
  sentence: string;
}

export interface Bars {
  title: string;
  by: string;
  unit: string;
  rows: { label: string; value: number; text: string; unit: string; share: number }[];
  missing: string;
}

/** What stands then: "now", "plan", or "2027" for the end of that year. */
export interface Year {
  time: string;
}

/** Two times; share: where the curtain hangs, of the width of the bounds from the west, null in the middle. */
export interface Compare {
  left: string;
  right: string;
  share: number | null;
}

export interface Scene {
  id: string;
  number: number;
  ordinal: string;
  chapter: string;
  headline: string;
  figures: Figure[];
  bars: Bars | null;
  layers: string[];
  subject: Record<string, string[]>;
  fill: string;
  color: string;
  legend: { layer: string; key: string; title: string; subject: boolean; swatch: unknown }[];
  colors: Record<string, string>;
  filters: Record<string, string>;
  bounds: Api.Bounds | null;
  towns: Record<string, string>;
  at: string | null;
  compare: Compare | null;
  year: Year | null;
  time: string;
  picture: { uid: string; name: string; feature: string } | null;
  notes: string;
  source: { units: string[]; date: string | null; sample: boolean };
  trouble: string[];
}

export interface Told {
  slug: string;
  title: string;
  version: number;
  day: string;
  county: { bounds: Api.Bounds | null };
  sample: boolean;
  may_change: boolean;
  scenes: Scene[];
}

/** A scene as it is edited (GET and PUT /api/briefings/<slug>). */
export interface Question {
  layers: string[];
  filter: string;
  measure: string;
  field?: string;
  of?: string;
}

export interface EditedScene {
  id: string;
  chapter: string;
  headline: string;
  bounds: Api.Bounds | null;
  layers: string[] | null;
  subject: Record<string, string[]>;
  colors: Record<string, string>;
  filters: Record<string, string>;
  figures: (Question & { label: string })[];
  bars: (Question & { title: string; by: string }) | null;
  at: string | null;
  compare: Compare | null;
  year: Year | null;
  picture: string | null;
  notes: string;
}

export interface Edited {
  slug: string;
  title: string;
  visibility: string;
  version: number;
  may_change: boolean;
  scenes: EditedScene[];
}
