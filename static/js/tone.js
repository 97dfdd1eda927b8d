// One quiet tone. Browsers allow none before the person touched the page.

/** Sound a tone of so many hertz; tell whether it could be heard. */
export function chime(hertz = 660) {
  if (!navigator.userActivation?.hasBeenActive) return false;
  const audio = new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.06, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.4);
  return true;
}
