import { Readable } from 'node:stream';
import { type ImportFormat, readLines } from './import-file.js';

async function linesOf(text: string, format: ImportFormat = 'csv'): Promise<unknown[]> {
  const lines = [];
  for await (const line of readLines(Readable.from([Buffer.from(text)]), format)) lines.push(line);
  return lines;
}

describe('readLines', () => {
  it('names the columns by the first line', async () => {
    expect(await linesOf('id,text\n1,good\n2,\n')).toMatchObject([
      { value: { id: '1', text: 'good' } },
      { value: { id: '2', text: null } },
    ]);
  });

  it.each([
    ['a quote inside an unquoted cell', 'id,text\n1,x"y\n'],
    ['a quote that is never closed', 'id,text\n1,"x\n'],
    ['text after a closing quote', 'id,text\n1,"x"y\n'],
  ])('reports %s as a broken file', async (_, text) => {
    await expect(linesOf(text)).rejects.toMatchObject({ code: 'file_broken', status: 422 });
  });

  it('passes on the failure of the file itself', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('disk')) });
    const lines = readLines(broken, 'csv');
    await expect(lines.next()).rejects.toThrow('disk');
  });
});
