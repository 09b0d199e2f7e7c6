import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { api, world } from "./qstash-world.ts";

describe("schedules", () => {
  const jakartaNine = Date.parse("2026-11-20T02:00:00Z");

  test("publish by cron, in UTC or in the time zone they name", async () => {
    const clock = new ManualClock(Date.parse("2026-11-20T00:59:30Z"));
    const { client, inbox, qstash } = await world({ clock });
    const utc = await client.schedules.create({
      destination: `${inbox.url}/utc`,
      cron: "0 * * * *",
      body: "tick",
    });
    await client.schedules.create({
      destination: `${inbox.url}/jakarta`,
      cron: "CRON_TZ=Asia/Jakarta 0 9 * * *",
      scheduleId: "nine",
    });
    clock.advance(30_000);
    await qstash.script.idle();
    expect(inbox.received.map(({ url }) => url)).toEqual(["/utc"]);
    expect(inbox.received[0]?.headers["upstash-schedule-id"]).toBe(utc.scheduleId);
    expect(String(inbox.received[0]?.body)).toBe("tick");
    clock.advance(jakartaNine - clock.now());
    await qstash.script.idle();
    expect(inbox.received.map(({ url }) => url).toSorted()).toEqual(["/jakarta", "/utc", "/utc"]);
    const view = await client.schedules.get("nine");
    expect(view).toMatchObject({
      lastScheduleTime: jakartaNine,
      nextScheduleTime: jakartaNine + 86_400_000,
      lastScheduleStates: expect.any(Object),
    });
    expect(Object.values(view.lastScheduleStates ?? {})).toEqual(["SUCCESS"]);
  });

  test("are shown, paused, resumed, replaced and deleted", async () => {
    const clock = new ManualClock(jakartaNine);
    const { client, inbox, qstash } = await world({ clock });
    const { scheduleId } = await client.schedules.create({
      destination: inbox.url,
      cron: "*/10 * * * * ",
      body: '{"hello":"world"}',
      headers: { "test-header": "v" },
      method: "PUT",
      delay: 10,
      retries: 5,
      retryDelay: "1000",
      callback: `${inbox.url}/c`,
      queueName: "scheduled",
      flowControl: { key: "k", parallelism: 2, rate: 3, period: "1m" },
      label: ["a", "b"],
    });
    expect(await client.schedules.get(scheduleId)).toMatchObject({
      scheduleId,
      cron: "*/10 * * * *",
      destination: inbox.url,
      body: '{"hello":"world"}',
      header: { "Content-Type": ["application/json"], "Test-Header": ["v"] },
      method: "PUT",
      delay: 10,
      retries: 5,
      retryDelayExpression: "1000",
      callback: `${inbox.url}/c`,
      queueName: "scheduled",
      flowControlKey: "k",
      period: 60,
      label: "a",
      isPaused: false,
      createdAt: jakartaNine,
    });
    await client.schedules.pause({ schedule: scheduleId });
    expect(await client.schedules.list()).toMatchObject([{ scheduleId, isPaused: true }]);
    clock.advance(400_000);
    const idle = qstash.script.idle({ withinMs: 300_000 });
    clock.advance(200_000);
    await idle; // the run has been skipped and the next one is ten minutes away
    expect(qstash.script.messages()).toHaveLength(0);
    await api(qstash, "POST", `/v2/schedules/${scheduleId}/resume`);
    clock.advance(600_000);
    expect(qstash.script.messages()).toMatchObject([{ state: "waiting", queueName: "scheduled" }]);

    await client.schedules.create({ scheduleId, destination: `${inbox.url}/new`, cron: "0 0 1 1 *" });
    const [replaced, ...others] = await client.schedules.list();
    expect(others).toEqual([]);
    expect(replaced).toMatchObject({ scheduleId, destination: `${inbox.url}/new` });
    expect(replaced).not.toHaveProperty("body");
    await client.schedules.delete(scheduleId);
    await expect(client.schedules.get(scheduleId)).rejects.toMatchObject({ status: 404 });
    clock.advance(366 * 86_400_000);
    expect(qstash.script.messages()).toHaveLength(1);
  });

  test("reach URL groups and survive their end", async () => {
    const clock = new ManualClock(jakartaNine);
    const { client, inbox, qstash } = await world({ clock });
    await client.urlGroups.addEndpoints({ name: "g", endpoints: [{ url: inbox.url }] });
    await client.schedules.create({ destination: "g", cron: "* * * * *" });
    clock.advance(60_000);
    await qstash.script.idle();
    await client.urlGroups.delete("g");
    clock.advance(60_000);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(1);
    expect(await client.schedules.list()).toHaveLength(1);
  });

  test.each(["* * * *", "* * * * * *", "61 * * * *", "CRON_TZ=Mars/Olympus * * * * *", "", "soon"])(
    "refuse the cron %j",
    async (cron) => {
      const { client, inbox } = await world();
      const create = client.schedules.create({ destination: inbox.url, cron });
      await expect(create).rejects.toMatchObject({ status: 400 });
    },
  );

  test("refuse ids and destinations they cannot serve", async () => {
    const { client, inbox } = await world();
    const cron = "* * * * *";
    const badId = client.schedules.create({ destination: inbox.url, cron, scheduleId: "a b" });
    await expect(badId).rejects.toMatchObject({ status: 400 });
    const outside = client.schedules.create({ destination: "https://example.com/", cron });
    await expect(outside).rejects.toThrow("refusing to deliver");
  });
});
