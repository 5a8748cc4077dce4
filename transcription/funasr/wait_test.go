package funasr

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A server that answers before the sender has come to wait for it, and says no end, has ended
// after its quiet and not after the patience for one that never answered.
//
// As it was, the sender's wait could come over the reader's, and a recording that was heard long
// ago waited for its whole patience (seen once, where the tests run). Control, seen red: arm in sendStop that sets patience whatever came ("still
// waiting").
func TestAnAnswerOvertakesTheSender(t *testing.T) {
	t.Parallel()
	up := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"mode":"offline","text":"低保","is_final":false}`))
		for err == nil { // whatever is sent, until the client goes
			_, _, err = ws.ReadMessage()
		}
	}))
	defer server.Close()
	ws, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &conn{ws: ws}
	defer c.close()
	l := &listener{conn: c, mode: "offline", rate: 8000, quiet: 50 * time.Millisecond, patience: time.Hour}
	l.stopped.Store(true) // as sendStop does before it says so
	if _, b, err := ws.ReadMessage(); err != nil || l.ended(answer{Text: string(b)}, true) {
		t.Fatalf("an end without a mark: %v", err)
	}
	if err := c.sendStop(l); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := ws.ReadMessage()
		ended <- l.broken(t.Context(), err)
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("still waiting")
	}
}
