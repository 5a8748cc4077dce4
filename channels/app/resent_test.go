package app

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"lianou/channels/channeltest"
	"lianou/intake"
)

// sender sends a whole draft as a telephone does that never hears an answer: the photo, the
// signature, the form, each under its key. It is safe for several goroutines.
type sender struct {
	t     *testing.T
	s     *httptest.Server
	token string
	key   string
}

// send gives the answer to the form, and the digests that the files were kept under.
func (s *sender) send() (status int, got map[string]any, files [2]string) {
	for i, f := range []struct {
		kind string
		data []byte
	}{{"id_front", photo(s.t)}, {"strokes", []byte(finger)}} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		_ = m.WriteField("kind", f.kind) // a Buffer takes all
		part, _ := m.CreateFormFile("file", "f")
		_, _ = part.Write(f.data)
		_ = m.Close()
		status, out := s.post("/papers", s.key+"-"+f.kind, m.FormDataContentType(), b.Bytes())
		files[i], _ = out["digest"].(string)
		if status != http.StatusCreated || files[i] == "" {
			s.t.Errorf("%s: %d %v", f.kind, status, out)
		}
	}
	form := channeltest.Form(s.key, files[1])
	form.Papers = []intake.PaperForm{{Kind: "id_front", Digest: files[0]}}
	body, err := json.Marshal(form)
	if err != nil {
		s.t.Error(err)
	}
	status, got = s.post("/applications", s.key, "application/json", body)
	return status, got, files
}

func (s *sender) post(path, key, mime string, body []byte) (int, map[string]any) {
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.s.URL+"/c/app"+path, bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return 0, nil
	}
	r.Header.Set("Content-Type", mime)
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Idempotency-Key", key)
	w, err := s.s.Client().Do(r)
	if err != nil {
		s.t.Error(err)
		return 0, nil
	}
	defer w.Body.Close()
	var out map[string]any
	_ = json.NewDecoder(w.Body).Decode(&out) // what is no object has no receipt
	return w.StatusCode, out
}

// A whole draft, photo and signature with it, sent a hundred times by eight at once, is one
// application under one receipt with one of each paper and one case to open; one answer of
// all says that it was made, and every other that it was there.
//
// Control: an application kept under its key and its id; KeepOnce that goes straight to
// Keep ("201:1", the rest 429: so many photos a day).
func TestDraftSentAHundredTimes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := &sender{t: t, s: d.serve(t), token: d.login(t).Token, key: "0192c3f0-draft-1"}
	const hands, times = 8, 100
	var all sync.WaitGroup
	var mu sync.Mutex
	turns := make(chan struct{}, times)
	for range times {
		turns <- struct{}{}
	}
	close(turns)
	statuses, receipts, kept := map[int]int{}, map[any]int{}, map[[2]string]int{}
	for range hands {
		all.Go(func() {
			for range turns {
				status, got, files := s.send()
				mu.Lock()
				statuses[status]++
				receipts[got["receipt"]]++
				kept[files]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if statuses[201] != 1 || statuses[200] != times-1 || len(receipts) != 1 || len(kept) != 1 {
		t.Errorf("answers %v, receipts %v, files %v", statuses, receipts, kept)
	}
	for sql, want := range map[string]int{
		`select count(*) from application`:                                      1,
		`select count(*) from receipt`:                                          1,
		`select count(*) from application_blob`:                                 3, // the photo, the signature, the text above it
		`select count(*) from jobs_platform.river_job where kind = 'open_case'`: 1,
		`select count(*) from audit_entry where act = 'application.received'`:   1,
	} {
		if n := d.count(t, sql); n != want {
			t.Errorf("%s = %d, want %d", sql, n, want)
		}
	}
	files := map[string]int{} // by class; beside each lies who put it
	must(t, filepath.WalkDir(d.house.Files, func(path string, e fs.DirEntry, err error) error {
		if class := filepath.Ext(path); err == nil && !e.IsDir() && (class == ".paper" || class == ".signature") {
			files[class]++
		}
		return err
	}))
	if files[".paper"] != 1 || files[".signature"] != 1 {
		t.Errorf("files of one photo and one signature: %v", files)
	}
}
