// What is loaded when it is first used, and what is said when it does not come.

import { tell } from "sac/nav";

/**
 * Do `work` with the module that `load` imports, and return what came of it. Not having come, it is
 * asked for again next time.
 */
export async function use(load, work) {
  let module;
  try {
    module = await load();
  } catch {
    tell("Isto não carregou. Verifique a conexão e tente de novo.");
    return undefined;
  }
  return work(module);
}
