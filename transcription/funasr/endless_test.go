package funasr

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lianou/transcription"
)

// A server that never ends costs no memory: sentences, drafts and bytes are counted
// whatever the field they come in. Controls: text counted alone; drafts kept of a whole
// file. Neither was run: they fill the machine.
func TestEndlessAnswersAreRefused(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"sentences": `{"mode":"offline","text":"","stamp_sents":[` + strings.Repeat(`{"text_seg":"a"},`, 9999) + `{"text_seg":"a"}]}`,
		"drafts":    `{"mode":"online","text":"` + strings.Repeat("的", 1000) + `"}`,
		"nothing":   `{"mode":"offline","text":"","more":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			up := websocket.Upgrader{Subprotocols: []string{"binary"}}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, err := up.Upgrade(w, r, nil)
				if err != nil {
					return
				}
				defer conn.Close()
				for conn.WriteMessage(websocket.TextMessage, []byte(message)) == nil {
				}
			}))
			defer server.Close()
			e, err := New(Config{URL: "ws" + strings.TrimPrefix(server.URL, "http"), Timeout: 30 * time.Second, Quiet: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			sound := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(make([]byte, 1600))), nil }
			_, err = e.Transcribe(t.Context(), transcription.Request{AudioID: "x", Open: sound, MIME: "audio/wav", SampleRate: 8000, Channels: 1, LengthMS: 100})
			if !errors.Is(err, transcription.ErrRejected) {
				t.Errorf("%s without end were taken: %v", name, err)
			}
		})
	}
}
