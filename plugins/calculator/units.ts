import { add, divide, type Fraction, fractionOf, multiply, negate, ZERO } from "./fraction.ts";

/** A unit as so many of its kind's first one, and where its zero is there. */
interface Unit {
  readonly kind: string;
  readonly size: Fraction;
  readonly zero: Fraction;
}

/** Exact by definition, all of them; `a/b` is a fraction. */
const SIZES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  length: {
    m: "1",
    km: "1000",
    dm: "0.1",
    cm: "0.01",
    mm: "0.001",
    um: "0.000001",
    nm: "0.000000001",
    in: "0.0254",
    ft: "0.3048",
    yd: "0.9144",
    mi: "1609.344",
    nmi: "1852",
  },
  mass: {
    kg: "1",
    g: "0.001",
    mg: "0.000001",
    ug: "0.000000001",
    t: "1000",
    lb: "0.45359237",
    oz: "0.028349523125",
    st: "6.35029318",
  },
  time: { s: "1", ms: "0.001", us: "0.000001", min: "60", h: "3600", d: "86400", week: "604800" },
  area: {
    m2: "1",
    km2: "1000000",
    cm2: "0.0001",
    mm2: "0.000001",
    ha: "10000",
    ft2: "0.09290304",
    in2: "0.00064516",
    yd2: "0.83612736",
    mi2: "2589988.110336",
    acre: "4046.8564224",
  },
  volume: {
    l: "1",
    ml: "0.001",
    cl: "0.01",
    dl: "0.1",
    m3: "1000",
    cm3: "0.001",
    us_gal: "3.785411784",
    us_qt: "0.946352946",
    us_pt: "0.473176473",
    us_cup: "0.2365882365",
    us_fl_oz: "0.0295735295625",
    us_tbsp: "0.01478676478125",
    us_tsp: "0.00492892159375",
    imp_gal: "4.54609",
    imp_pt: "0.56826125",
    imp_fl_oz: "0.0284130625",
  },
  speed: { "m/s": "1", "km/h": "1000/3600", mph: "0.44704", kn: "1852/3600", "ft/s": "0.3048" },
  energy: {
    J: "1",
    kJ: "1000",
    MJ: "1000000",
    Wh: "3600",
    kWh: "3600000",
    cal: "4.184",
    kcal: "4184",
    BTU: "1055.05585262",
  },
  power: { W: "1", kW: "1000", MW: "1000000", hp: "745.69987158227022" },
  pressure: {
    Pa: "1",
    hPa: "100",
    kPa: "1000",
    bar: "100000",
    mbar: "100",
    atm: "101325",
    psi: "6894.757293168361",
    mmHg: "133.322387415",
  },
  data: {
    B: "1",
    bit: "0.125",
    kB: "1000",
    MB: "1000000",
    GB: "1000000000",
    TB: "1000000000000",
    KiB: "1024",
    MiB: "1048576",
    GiB: "1073741824",
    TiB: "1099511627776",
  },
  temperature: { K: "1", degC: "1", degF: "5/9", degR: "5/9" },
};
/** Kelvin at the zero of a scale. */
const ZEROS: Readonly<Record<string, string>> = { degC: "273.15", degF: "45967/180" };

/** @throws {Error} for a unit that is not known, or is of another kind */
export function convert(value: string, from: string, to: string): Fraction {
  const [source, target] = [unitOf(from), unitOf(to)];
  if (source.kind !== target.kind)
    throw new Error(`"${from}" is a unit of ${source.kind}, and "${to}" one of ${target.kind}`);
  const base = add(multiply(fractionOf(value), source.size), source.zero);
  return divide(add(base, negate(target.zero)), target.size);
}

function unitOf(name: string): Unit {
  for (const [kind, units] of Object.entries(SIZES)) {
    const size = Object.hasOwn(units, name) ? units[name] : undefined;
    if (size !== undefined) {
      const zero = ZEROS[name];
      return { kind, size: parse(size), zero: zero === undefined ? ZERO : parse(zero) };
    }
  }
  const known = Object.values(SIZES).flatMap((units) => Object.keys(units));
  throw new Error(`there is no unit "${name}"; there are ${known.join(", ")}`);
}

function parse(text: string): Fraction {
  const [over = "0", under = "1"] = text.split("/");
  return divide(fractionOf(over), fractionOf(under));
}
