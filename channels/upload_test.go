package channels_test

import (
	"crypto/rand"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/citizen"
)

const finger = `[{"points":[{"x":1,"y":1,"time":1,"pressure":0.5},{"x":2,"y":1,"time":2,"pressure":0.5},{"x":3,"y":4,"time":3,"pressure":0.4},{"x":4,"y":4,"time":4,"pressure":0.4}]}]`

func FuzzStrokes(f *testing.F) {
	h := channeltest.NewHouse(f)
	env := h.Env()
	d := channels.UploadsOnly(env)
	f.Add([]byte(finger))
	f.Add([]byte(`[{"points":null}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		info, err := d.Keep(t.Context(), citizen.Citizen{ID: rand.Text()}, channels.KindStrokes, raw)
		if (err == nil) == (info.Size == 0) || (err != nil && core.KindOf(err) != core.KindInvalid) {
			t.Fatalf("%d bytes, %v", info.Size, err)
		}
	})
}
