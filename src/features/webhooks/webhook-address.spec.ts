import { WebhookAddresses } from './webhook-address.js';

const addresses = (found: string[], allow: string[] = []): WebhookAddresses =>
  new WebhookAddresses(allow, async () => found);

// S1-19
describe('addresses of webhooks', () => {
  it.each([
    ['127.0.0.1'],
    ['10.1.2.3'],
    ['169.254.169.254'],
    ['192.168.0.1'],
    ['172.31.255.255'],
    ['100.64.0.1'],
    ['0.0.0.0'],
    ['::1'],
    ['::'],
    ['fe80::1'],
    ['fd00::1'],
    ['::ffff:127.0.0.1'],
    ['2002:7f00:1::'],
    ['64:ff9b::7f00:1'],
    ['ff02::1'],
  ])('are refused if they are not public: %s', async (address) => {
    await expect(addresses([address]).check('https://a.example/hook')).rejects.toThrow('is not allowed');
  });

  it('are refused if one of several is not public', async () => {
    await expect(addresses(['93.184.216.34', '10.0.0.1']).check('https://a.example')).rejects.toThrow('is not allowed');
  });

  it('are called as they were checked, and only over https', async () => {
    const target = await addresses(['93.184.216.34']).check('https://a.example/hook');
    expect([target.address, target.family]).toEqual(['93.184.216.34', 4]);
    await expect(addresses(['93.184.216.34']).check('http://a.example')).rejects.toThrow('is not allowed');
    expect((await addresses([]).check('https://[2606:4700::1111]/')).family).toBe(6);
  });

  it('are refused in any notation', async () => {
    for (const url of ['https://0x7f000001/', 'https://2130706433/', 'https://127.1/', 'https://[::ffff:7f00:1]/'])
      await expect(addresses([]).check(url)).rejects.toThrow('is not allowed');
  });

  it('may be private and use http if they are allowed', async () => {
    const target = await addresses(['10.20.0.5'], ['10.20.0.0/16']).check('http://inside.example/hook');
    expect(target.address).toBe('10.20.0.5');
    expect((await addresses(['10.30.0.5'], ['10.30.0.5']).check('http://inside.example')).address).toBe('10.30.0.5');
    await expect(addresses(['10.30.0.6'], ['10.30.0.5']).check('http://inside.example')).rejects.toThrow(
      'is not allowed',
    );
    await expect(addresses(['10.21.0.5'], ['10.20.0.0/16']).check('http://inside.example')).rejects.toThrow(
      'is not allowed',
    );
  });

  it.each([['nonsense'], ['ftp://a.example'], ['https://user:secret@a.example'], ['file:///etc/passwd']])(
    'are refused in the URL %s',
    async (url) => {
      await expect(addresses(['93.184.216.34']).check(url)).rejects.toThrow('is not allowed');
    },
  );
});
