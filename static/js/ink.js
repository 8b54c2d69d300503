// With which colours does a script draw on the map? Those of tokens.css, for what takes no custom property.

export const PAPER = "#FFFFFF";
export const LAND = "#FCFBF7";
export const GRATICULE = "#D9DFE5";
export const INK = "#16222E";
export const INK_2 = "#33424F";
export const INK_3 = "#5B6876";
export const BRAND = "#1F4E79";
export const SEAL = "#B5321F";
export const RED = "#C62F2A";
export const AMBER = "#D99A00";
export const GREEN = "#2E8B57";
export const GREY = "#7D8894";
export const GAIN_1 = "#7FB7A6";
export const GAIN_2 = "#4E9C87";
export const GAIN_3 = "#2B8068";
export const GAIN_4 = "#11644D";
export const GAIN_5 = "#064534";
export const NEW_ROAD = "#5B2A86";
export const REACH_BEFORE = "#8A5A00";
