import { send } from './request.js';

const form = document.getElementById('choose');
const problem = document.getElementById('problem');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
// Removes the token from the address, where the next person at this screen would find it.
history.replaceState(null, '', location.pathname);
if (!token) {
  form.hidden = true;
  document.getElementById('intro').hidden = true;
  problem.textContent = 'This link is incomplete. Ask for a new one.';
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { password, repeated } = Object.fromEntries(new FormData(form));
  problem.textContent = password === repeated ? '' : 'The passwords do not match.';
  if (password !== repeated) return;
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    await send('admin/api/password', { token, password });
    form.hidden = true;
    document.getElementById('intro').hidden = true;
    document.getElementById('done').textContent = 'Your password is set. You can sign in now.';
  } catch (error) {
    problem.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});
