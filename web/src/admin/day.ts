/** date formats the beginning of a period, which is a day in UTC. */
export const date = (at: string) => new Date(at).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" });
