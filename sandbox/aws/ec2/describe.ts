/** Makes an EC2 Describe operation out of a few facts about it. */
import * as z from "zod";
import type { Item, Network } from "../../world/network.ts";
import { AwsError } from "../errors.ts";
import { pageOf } from "../pages.ts";
import { type AnyOperation, type Call, operation } from "../service.ts";
import { applyFilters, Filters, type FilterTable } from "./filters.ts";

export interface Describe {
  /** The element that holds the list in the answer. */
  readonly set: string;
  readonly items: (network: Network) => readonly Item[];
  /** Selection by id: the request's parameter, the item's element, and the error for an id that is not there. */
  readonly ids: { readonly parameter: string; readonly element: string; readonly notFound: string; readonly what: string };
  readonly filters: FilterTable;
  /** The longest page that may be asked for. Default: 1000. */
  readonly maxPageSize?: number;
  /** How a page stands in the answer. Default: as it is. */
  readonly shape?: (items: readonly Item[], account: string) => readonly Item[];
  /** Whether items that an AWS service runs may be hidden from those who do not ask for them. */
  readonly hidesManaged?: boolean;
}

const Page = {
  MaxResults: z.coerce.number().int().min(5).optional(),
  NextToken: z.string().optional(),
  Filter: Filters,
  IncludeManagedResources: z.stringbool().optional(),
};
/** What a page holds when the request does not say; EC2 pages long lists also then. */
const defaultPageSize = 1000;

function selectByIds(items: readonly Item[], wanted: readonly string[], { element, notFound, what }: Describe["ids"]): readonly Item[] {
  const byId = new Map(items.map((item) => [item[element], item]));
  return wanted.map((id) => {
    const item = byId.get(id);
    if (item === undefined) throw new AwsError(notFound, `The ${what} '${id}' does not exist`);
    return item;
  });
}

/** An element of an item as a filter's only value. */
export const is =
  (element: string) =>
  (item: Item): readonly unknown[] => [item[element]];

const isHidden = ({ operator }: Item): boolean => (operator as { hiddenByDefault?: boolean } | undefined)?.hiddenByDefault === true;

export function describe(about: Describe): AnyOperation {
  const { set, items, ids, filters, maxPageSize = defaultPageSize, shape = (page) => page, hidesManaged = false } = about;
  const input = z.object({
    ...Page,
    MaxResults: Page.MaxResults.unwrap().max(maxPageSize).optional(),
    [ids.parameter]: z.array(z.string()).optional(),
  });
  return operation({
    input,
    answer: (call: Call, given: Record<string, unknown>) => {
      // The schema names the id parameter at run time, which its type can't say.
      const { MaxResults, NextToken, Filter, IncludeManagedResources = false } = given as z.infer<z.ZodObject<typeof Page>>;
      const wanted = given[ids.parameter] as readonly string[] | undefined;
      if (wanted !== undefined && MaxResults !== undefined) {
        throw new AwsError("InvalidParameterCombination", `The parameter ${ids.parameter}s cannot be used with the parameter MaxResults`);
      }
      const there = items(call.here.network);
      const all = hidesManaged && !IncludeManagedResources ? there.filter((item) => !isHidden(item)) : there;
      const selected = applyFilters(wanted === undefined ? all : selectByIds(all, wanted, ids), Filter, filters);
      const same = ["ec2", call.operation, call.principal.account, call.region, wanted, Filter, IncludeManagedResources];
      const page = pageOf(selected, {
        call: same,
        size: MaxResults ?? maxPageSize,
        longest: call.state.world.estate.longestPage,
        token: NextToken,
      });
      if (page === undefined) throw new AwsError("InvalidNextToken", "The specified NextToken is not valid.");
      return { [set]: shape(page.items, call.principal.account), nextToken: page.next };
    },
  });
}
