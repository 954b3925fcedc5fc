import { send } from './request.js';

const form = document.getElementById('sign-in');
const signedIn = document.getElementById('signed-in');
const intro = document.getElementById('intro');
const problem = document.getElementById('problem');

async function show() {
  try {
    const { csrf_token: token, user } = await send('admin/api/session');
    intro.textContent = `You are signed in as ${user.name} (${user.role}).`;
    form.hidden = true;
    signedIn.hidden = false;
    document.getElementById('sign-out').onclick = async () => {
      await send('admin/api/logout', {}, { 'x-csrf-token': token }).catch(
        (error) => (problem.textContent = error.message),
      );
      location.reload();
    };
  } catch (error) {
    form.hidden = false;
    if (error.status !== 401) problem.textContent = error.message;
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  problem.textContent = '';
  button.disabled = true;
  try {
    const { email, password, tenant } = Object.fromEntries(new FormData(form));
    await send('admin/api/login', { email, password, ...(tenant ? { tenant } : {}) });
    form.reset();
    await show();
  } catch (error) {
    problem.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

await show();
