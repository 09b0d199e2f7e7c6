import { createPasswords } from "../src/platform/auth/passwords.ts";

/** `GET /?work=hash|matches&cost=10&times=5`: does that often what the house does with a password. */
export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const passwords = createPasswords(Number(searchParams.get("cost")));
    const times = Number(searchParams.get("times"));
    for (let done = 0; done < times; done++) {
      if (searchParams.get("work") === "hash") await passwords.hash("password123");
      else await passwords.matches("password123", undefined);
    }
    return new Response(String(times));
  },
} satisfies ExportedHandler;
