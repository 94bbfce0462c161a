// The one function of deno that the unit tests use, for tsc; deno itself knows better and does not read this file.
declare namespace Deno {
  function test(name: string, body: () => void | Promise<void>): void;
}
