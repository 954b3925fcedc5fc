/** What `toMatchObject` finds in the answer to a request that was refused because of the field `path`. */
export function refusalOf(path: string): object {
  return { status: 422, body: { errors: expect.arrayContaining([expect.objectContaining({ path })]) } };
}
