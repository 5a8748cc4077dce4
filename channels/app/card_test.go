package app

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core/idcard"
	"lianou/core/idcard/idcardtest"
)

// The app reads a card on this machine, when it has a reader, for the person to correct;
// another number than the one in the form is spoken of. A photo of something else is kept
// all the same. Controls: `Card` not called ("card missing"); Note without `Stated`.
func TestCardIsReadHere(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	reader, err := idcard.NewTesseract(time.Now)
	must(t, err)
	d.env.Cards = reader
	s := d.serve(t)
	token := d.login(t).Token
	pen := idcardtest.NewPen(t)
	front := idcardtest.Shot(t, pen.Front(idcardtest.Zhang), idcardtest.Photo{Degrees: 3})
	status, out := upload(t, s, token, "id_front", front)
	card, _ := out["card"].(map[string]any)
	if status != 201 || card["side"] != "front" || card["name"] != "张桂兰" || card["id_number"] != channeltest.ID || card["note"] != nil {
		t.Errorf("a front: %d %v", status, out)
	}
	other := idcardtest.People(2)[1]
	status, out = uploadStated(t, s, token, "id_front", front, other.ID)
	card, _ = out["card"].(map[string]any)
	if note, _ := card["note"].(string); status != 201 || !strings.Contains(note, "不一样") {
		t.Errorf("another number in the form: %d %v", status, out)
	}
	if status, out = upload(t, s, token, "id_back", photo(t)); status != 201 || out["card"] != nil || out["digest"] == "" {
		t.Errorf("no card at all: %d %v", status, out)
	}
}

// uploadStated is upload by a form in which the number stands already.
func uploadStated(t *testing.T, s *httptest.Server, token, kind string, data []byte, stated string) (int, map[string]any) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(t, m.WriteField("kind", kind))
	must(t, m.WriteField("stated", stated))
	f, err := m.CreateFormFile("file", "photo.jpg")
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, m.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/c/app/papers", &b)
	must(t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	var out map[string]any
	must(t, json.NewDecoder(w.Body).Decode(&out))
	return w.StatusCode, out
}
