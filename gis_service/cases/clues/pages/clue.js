// Takes the position of the device where the browser offers one; without it the place is told in words.
const button = document.getElementById('locate')
const told = document.getElementById('located')
if (button && navigator.geolocation && window.isSecureContext) {
  button.hidden = false
  button.addEventListener('click', () => {
    told.textContent = button.dataset.wait
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.querySelector('[name=longitude]').value = coords.longitude.toFixed(7)
        document.querySelector('[name=latitude]').value = coords.latitude.toFixed(7)
        told.textContent = `${button.dataset.got} ${Math.round(coords.accuracy)} ${button.dataset.m}`
      },
      () => {
        told.textContent = button.dataset.failed
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
    )
  })
}
