package app

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/intake/talks"
	"lianou/transcription"
	"lianou/transcription/openai"
)

// engine is a speech engine that speaks the OpenAI form; status 0 is well.
type engine struct {
	words  string
	status atomic.Int32
	got    atomic.Int32 // bytes of the last sound
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, _, err := r.FormFile("file")
	if err != nil || e.status.Load() != 0 {
		w.WriteHeader(max(int(e.status.Load()), http.StatusBadRequest))
		return
	}
	data, _ := io.ReadAll(file)
	e.got.Store(int32(len(data)))
	_ = json.NewEncoder(w).Encode(map[string]string{"text": e.words})
}

// ear is the platform's listener over such an engine.
func (d *door) ear(t *testing.T, e http.Handler) *talks.Listener {
	t.Helper()
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	asks, err := openai.New(openai.Config{BaseURL: srv.URL, Form: openai.JSON})
	must(t, err)
	keys := d.house.Keys
	blobs, err := blob.Open(blob.Config{URL: d.house.BlobURL, To: keys.Platform.Self, Opener: keys.Platform.Opener})
	must(t, err)
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	desk, err := talks.NewDesk(talks.DeskDeps{DB: d.db.DB(pgtest.Platform), Opener: keys.Platform.Opener, Self: keys.Platform.Self, Gateway: keys.Platform.Gateway,
		Jobs: queue, Audit: audit.New(keys.Platform.Ring), Bell: d.house.Bell})
	must(t, err)
	l, err := talks.NewListener(talks.ListenerDeps{Desk: desk, Blobs: blobs, Engine: asks, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return l
}

// spoken is a WAV file of so many milliseconds, as loud as a voice, 16 kHz.
func spoken(t *testing.T, ms int) []byte {
	t.Helper()
	samples := make([]byte, 0, ms*32)
	for i := range ms * 16 {
		samples = binary.LittleEndian.AppendUint16(samples, uint16(int16((i%40-20)*400)))
	}
	form := transcription.Form{Codec: transcription.CodecPCM, Channels: 1, Rate: 16_000, Bits: 16}
	r, err := transcription.One(bytes.NewReader(samples), form, 0, int64(ms*16))
	must(t, err)
	file, err := io.ReadAll(r)
	must(t, err)
	return file
}

// says sends a recording by the API.
func says(t *testing.T, s *httptest.Server, token, key string, sound []byte) (int, map[string]any) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", "voice.wav")
	must(t, err)
	_, err = f.Write(sound)
	must(t, err)
	must(t, m.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/c/app/interview/voice", &b)
	must(t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	var out map[string]any
	must(t, json.NewDecoder(w.Body).Decode(&out))
	return w.StatusCode, out
}

// An answer that is said aloud comes back as words to be seen, only to who said it; it
// answers nothing by itself, and its sound is gone when it was heard.
//
// Control: AnswerOf without citizen = $2; answerHeard that keeps the sound (the table
// refuses it); KeepAnswer with the bytes as they came.
func TestAnswerAloud(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	e := &engine{words: "儿子瘫在床上,没有钱看病。"}
	l := d.ear(t, e)
	a := d.begin(t, s)
	sound := spoken(t, 1500)
	status, out := says(t, s, a.token, "k1", sound)
	id, _ := out["id"].(string)
	if status != 202 || id == "" {
		t.Fatalf("said: %d %v", status, out)
	}
	if status, again := says(t, s, a.token, "k1", sound); status != 202 || again["id"] != id {
		t.Errorf("said again: %d %v", status, again)
	}
	if status, out = a.do("GET", "/interview/voice/"+id, nil); status != 200 || out["state"] != "hearing" || out["said"] != "" {
		t.Errorf("before it was heard: %d %v", status, out)
	}
	if n := d.count(t, `select count(*) from spoken_answer where position('RIFF' in encode(sound, 'escape')) = 0 and octet_length(sound) > 40000`); n != 1 {
		t.Errorf("%d sounds lie sealed", n)
	}
	must(t, l.ListenAnswer(t.Context(), id, true))
	before := a.revision()
	if status, out = a.do("GET", "/interview/voice/"+id, nil); status != 200 || out["state"] != "heard" || out["said"] != e.words {
		t.Fatalf("heard: %d %v", status, out)
	}
	if int(e.got.Load()) != len(sound) {
		t.Errorf("the engine got %d bytes of %d", e.got.Load(), len(sound))
	}
	if n := d.count(t, `select count(*) from spoken_answer where sound is null and wrapped is null and position('床' in encode(out_sealed, 'escape')) = 0`); n != 1 {
		t.Errorf("%d sounds are gone", n)
	}
	if a.do("GET", "/interview", nil); a.revision() != before {
		t.Error("what was heard answered by itself")
	}
	d.sql(t, `insert into citizen (id, created) values ('c00000000000000000000000000000009', now())`)
	d.sql(t, `update spoken_answer set citizen = 'c00000000000000000000000000000009'`)
	if status, out = a.do("GET", "/interview/voice/"+id, nil); status != 404 || out["detail"] == "" {
		t.Errorf("somebody else's: %d %v", status, out)
	}
	d.sql(t, `update spoken_answer set asked = asked - interval '25 hours'`)
	must(t, d.env.Talks.Sweep(t.Context()))
	if n := d.count(t, `select count(*) from spoken_answer`); n != 0 {
		t.Errorf("%d are kept after a day", n)
	}
}

// A dead engine costs nobody more than the deadline: then it says to type, the sound is
// gone, and the typed answer goes on.
//
// Control: AnswerOf without answersOver; ListenAnswer without its look at what is left.
func TestDeafEngine(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	e := &engine{}
	e.status.Store(502)
	l := d.ear(t, e)
	a := d.begin(t, s)
	_, out := says(t, s, a.token, "", spoken(t, 900))
	id := out["id"].(string)
	if err := l.ListenAnswer(t.Context(), id, false); err == nil {
		t.Error("an engine that is away is not tried again")
	}
	if _, out = a.do("GET", "/interview/voice/"+id, nil); out["state"] != "hearing" {
		t.Errorf("while it may still come: %v", out)
	}
	d.sql(t, `update spoken_answer set until = until - interval '1 minute'`)
	if _, out = a.do("GET", "/interview/voice/"+id, nil); out["state"] != "not_heard" || out["say"] != "没听清,请再说一遍,或者打字。" {
		t.Errorf("after the deadline: %v", out)
	}
	must(t, l.ListenAnswer(t.Context(), id, true))
	if n := d.count(t, `select count(*) from spoken_answer where sound is not null`); n != 0 {
		t.Errorf("%d sounds outlive the deadline", n)
	}
	if status, out := a.answer(value("没有钱看病。")); status != 200 {
		t.Errorf("typed: %d %v", status, out)
	}
}

// An engine that takes the sound and never answers is left at the deadline, not at its own
// patience: nobody's turn waits behind it.
//
// Control: ListenAnswer that asks for l.d.Timeout; or that holds the deadline, which is of the
// city's clock, against its own ("JobSnoozeError").
func TestEngineThatHangs(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.db.Advance(time.Hour)
	s := d.serve(t)
	l := d.ear(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server sees that a client left when its body was read
		<-r.Context().Done()
	}))
	a := d.begin(t, s)
	_, out := says(t, s, a.token, "", spoken(t, 900))
	id := out["id"].(string)
	d.sql(t, `update spoken_answer set until = until - interval '19 seconds'`)
	began := time.Now()
	must(t, l.ListenAnswer(t.Context(), id, false))
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("waited %s for an engine that hangs", took)
	}
	if _, out = a.do("GET", "/interview/voice/"+id, nil); out["state"] != "not_heard" || out["said"] != "" {
		t.Errorf("after it: %v", out)
	}
	if n := d.count(t, `select count(*) from spoken_answer where sound is not null`); n != 0 {
		t.Errorf("%d sounds outlive the deadline", n)
	}
}

// The same recording sent again while the first is still being kept is the same recording,
// and two that are not the same are both kept.
//
// Control: KeepAnswer without its turn ("sent again meanwhile: 429").
func TestVoiceSentAgainMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := d.begin(t, s)
	sound := spoken(t, 500)
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			status, out := says(t, s, a.token, []string{"k1", "k2"}[n%2], sound)
			if status != 202 {
				t.Errorf("sent again meanwhile: %d %v", status, out)
			}
		})
	}
	all.Wait()
	if n := d.count(t, `select count(*) from spoken_answer`); n != 2 {
		t.Errorf("%d were kept", n)
	}
}

// What is no sound of a minute is refused with a sentence that says what to do, and an
// account has two at once and sixty a day.
//
// Control: voiceOf that believes the head's sizes; KeepAnswer without the slot; answersToday
// that never refuses.
func TestVoiceBounds(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := d.begin(t, s)
	lying := spoken(t, 61_500)
	binary.LittleEndian.PutUint32(lying[4:], 1000)
	binary.LittleEndian.PutUint32(lying[40:], 1000)
	for _, c := range []struct {
		name   string
		sound  []byte
		status int
		say    string
	}{
		{"too long, with a head that says less", lying, 413, "一分钟"},
		{"two megabytes", append(spoken(t, 1000), make([]byte, 2<<20)...), 413, "一分钟"},
		{"another format", append([]byte("ID3"), make([]byte, 4000)...), 415, "打字"},
		{"a head alone", spoken(t, 1000)[:44], 415, "打字"},
		{"silence", append(spoken(t, 1000)[:44], make([]byte, 32000)...), 422, "没听到声音"},
		{"empty", nil, 422, "再说一遍"},
	} {
		status, out := says(t, s, a.token, "", c.sound)
		if say, _ := out["detail"].(string); status != c.status || !strings.Contains(say, c.say) {
			t.Errorf("%s: %d %v", c.name, status, out)
		}
	}
	if n := d.count(t, `select count(*) from spoken_answer`); n != 0 {
		t.Fatalf("%d were kept", n)
	}
	for n, want := range []int{202, 202, 429} {
		if status, out := says(t, s, a.token, "", spoken(t, 500)); status != want {
			t.Errorf("voice %d: %d %v", n, status, out)
		}
	}
	d.sql(t, `insert into spoken_answer (id, citizen, slot, asked, until, ms, rate, state, reason, finished)
		select gen_random_uuid(), citizen, 0, now(), now(), 500, 16000, 'not_heard', 'late', now() from spoken_answer, generate_series(1, 29)`)
	d.sql(t, `update spoken_answer set state = 'not_heard', reason = 'late', sound = null, wrapped = null, finished = now() where state = 'hearing'`)
	if status, out := says(t, s, a.token, "", spoken(t, 500)); status != 429 || !strings.Contains(out["detail"].(string), "请打字") {
		t.Errorf("the sixty-first: %d %v", status, out)
	}
	if status, _ := says(t, s, "", "", spoken(t, 500)); status != 401 {
		t.Errorf("of nobody: %d", status)
	}
}
