package hotline

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lianou/core/pg/pgtest"
	"lianou/transcription/funasr"
)

// writer is a speech engine that writes a word for each second of sound at 16 kHz.
func writer(t *testing.T) string {
	t.Helper()
	up := websocket.Upgrader{Subprotocols: []string{"binary"}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for heard := 0; ; {
			kind, b, err := conn.ReadMessage()
			switch {
			case err != nil:
				return
			case kind == websocket.BinaryMessage:
				for heard += len(b); heard >= 32000; heard -= 32000 {
					if conn.WriteMessage(websocket.TextMessage, []byte(`{"mode":"2pass-offline","text":"好。","is_final":false}`)) != nil {
						return
					}
				}
			case strings.Contains(string(b), `"is_end":true`):
				_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"is_end":true,"is_final":true}`))
			}
		}
	}))
	t.Cleanup(srv.Close)
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

// The sound that jambonz sends is written down while the call lasts, each side apart, and
// a side that is silent opens no stream. Control: Hear left out of Write.
func TestListenIsWrittenDown(t *testing.T) {
	t.Parallel()
	s := &studio{line: newLine(t), dir: t.TempDir()}
	engine, err := funasr.New(funasr.Config{URL: writer(t), Quiet: 300 * time.Millisecond})
	must(t, err)
	s.env.Hears, s.captions = engine, 2
	s.open(s.dir)
	const lines = `select count(*) from call_caption where call = $1 and channel = $2 and n > 0`
	count := func(id string, channel int) (n int) {
		must(t, s.db.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), lines, id, channel).Scan(&n))
		return n
	}
	both := s.say(startFrame("both", `"sampleRate":16000,"mixType":"stereo"`))
	one := s.say(startFrame("one", `"sampleRate":8000,"mixType":"mono"`))
	for range 30 { // three seconds
		must(t, both.WriteMessage(websocket.BinaryMessage, pcm(3200, 1000)))
		must(t, one.WriteMessage(websocket.BinaryMessage, pcm(800, 1000)))
	}
	s.until("both sides are written down while they speak", func() bool { return count("both", 0) >= 2 && count("both", 1) >= 2 && count("one", 0) >= 2 })
	if n := count("one", 1); n != 0 {
		t.Errorf("%d lines of somebody who said nothing", n)
	}
	for id, conn := range map[string]*websocket.Conn{"both": both, "one": one} {
		must(t, conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)))
		if _, length := s.stored(id); length != 3*time.Second {
			t.Errorf("%s: %v recorded", id, length)
		}
	}
}
