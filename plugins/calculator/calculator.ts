import { addToDate, type Amounts, daysBetween, timeInZone } from "./dates.ts";
import { calculate } from "./expression.ts";
import { decimal } from "./fraction.ts";
import { serve } from "./sdk/serve.ts";
import { convert } from "./units.ts";

interface Conversion {
  readonly value: string;
  readonly from: string;
  readonly to: string;
}
interface Moment {
  readonly time: string;
  readonly from_zone?: string;
  readonly to_zone: string;
}

serve({
  tools: {
    calculate: ({ expression }: { expression: string }) => decimal(calculate(expression)),
    convert: ({ value, from, to }: Conversion) => decimal(convert(value, from, to)),
    add_to_date: ({ date, ...amounts }: Amounts & { date: string }) => addToDate(date, amounts),
    days_between: ({ from, to }: { from: string; to: string }) => daysBetween(from, to),
    time_in_zone: ({ time, from_zone, to_zone }: Moment) => timeInZone(time, from_zone, to_zone),
  },
});
