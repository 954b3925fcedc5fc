import { refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { Mailbox } from '../../support/mailbox.js';
import { until } from '../../support/outage.js';
import { PASSWORD, signIn } from '../../support/sessions.js';

const NEW_PASSWORD = 'a wholly different sentence';

let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await Mailbox.start();
});
afterAll(() => mailbox?.stop());

onBothDatabasesInProcess(
  'the password of a user',
  ({ api, admin, server }) => {
    const createUser = (email: string) => admin.users.create({ email, role: 'reviewer', password: PASSWORD });
    const login = (email: string, password = PASSWORD) =>
      admin.call('login', { body: { email, password } }, { key: null });
    const choose = (token: string, password = PASSWORD) =>
      admin.call('choose_password', { body: { token, password } }, { key: null });
    beforeAll(() => mailbox.clear());

    describe('of whom an invitation was sent', () => {
      let token: string;

      it('is chosen by a link, which is in the response and in a mail, and not in the log', async () => {
        const invited = await admin.users.create({ email: 'new@example.com', role: 'reviewer' });
        expect(invited).toMatchObject({ status: 201, body: { state: 'invited', invitation: { mailed: true } } });
        const { invitation } = invited.body;
        token = invitation!.token;
        expect(invitation!.link).toMatch(new RegExp(`/admin/password#token=${token}$`));
        await until(() => Promise.resolve(mailbox.contains(invitation!.link)));
        expect(server.log).not.toContain(token);
        expect(await login('new@example.com')).toMatchObject({ status: 401 });
      });

      it.each(['short', 'password123', 'aaaaaaaaaaaa', 'NEW@example.com'])('must not be %s', async (weak) => {
        expect(await choose(token, weak)).toMatchObject(refusalOf('password'));
      });

      it('is chosen once', async () => {
        expect(await choose(token)).toMatchObject({ status: 200 });
        expect(await choose(token)).toMatchObject({ status: 422 });
        expect(await choose('x'.repeat(43))).toMatchObject({ status: 422 });
        await signIn({ admin, api }, 'new@example.com');
      });
    });

    it('is not empty', async () => {
      const refused = await admin.users.create({ email: 'empty@example.com', role: 'reviewer', password: '' });
      expect(refused).toMatchObject({ status: 422 });
    });

    it('is chosen again after a mail, and the response does not disclose whether the user exists', async () => {
      await createUser('forgot@example.com');
      const reset = (email: string) => admin.call('reset_password', { body: { email } }, { key: null });
      const before = await signIn({ admin, api }, 'forgot@example.com');
      const [known, unknown] = [await reset('forgot@example.com'), await reset('who@example.com')];
      expect(known).toMatchObject({ status: 202, text: unknown.text });

      await until(() => Promise.resolve(mailbox.mailsTo('forgot@example.com').length > 0));
      const [mail] = mailbox.mailsTo('forgot@example.com');
      const [, token] = /#token=([\w-]{43})/.exec(mail!)!;
      expect(await choose(token!, NEW_PASSWORD)).toMatchObject({ status: 200 });
      expect(await before.admin.call('get_session', {})).toMatchObject({ status: 401 });
      expect(await login('forgot@example.com')).toMatchObject({ status: 401 });
      expect(await login('forgot@example.com', NEW_PASSWORD)).toMatchObject({ status: 200 });
      expect(mailbox.mailsTo('forgot@example.com')).toHaveLength(1);
      expect(mailbox.contains('who@example.com')).toBe(false);
    });

    it('is changed by the user with the current password, which ends the session', async () => {
      await createUser('change@example.com');
      const user = await signIn({ admin, api }, 'change@example.com');
      const change = (current_password: string, new_password: string) =>
        user.admin.call('change_password', { body: { current_password, new_password } });
      expect(await change('wrong', NEW_PASSWORD)).toMatchObject({ status: 422 });
      expect(await change(PASSWORD, '12345678')).toMatchObject({ status: 422 });
      expect(await change(PASSWORD, NEW_PASSWORD)).toMatchObject({ status: 200 });
      expect(await user.admin.call('get_session', {})).toMatchObject({ status: 401 });
      expect(await login('change@example.com', NEW_PASSWORD)).toMatchObject({ status: 200 });
    });
  },
  { settings: () => ({ FL_SMTP_URL: mailbox.url }) },
);
