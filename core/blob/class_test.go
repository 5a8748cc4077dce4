package blob

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"
)

// The same content put as something else changes nothing about what is there: a photo
// of a visit that a citizen uploads again stays one, and only the citizen's copy is
// swept. Control: files named by digest alone, a later Put replacing an earlier one,
// "classes after a second Put: [paper]".
func TestClassesStandSideBySide(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	b := content(300)
	var info Info
	for _, class := range []string{"visit", "paper"} {
		var err error
		if info, err = s.Put(t.Context(), bytes.NewReader(b), PutOptions{Class: class, By: "c1", MIME: "image/jpeg", Max: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Classes(info.Digest); err != nil || !slices.Contains(got, "visit") || !slices.Contains(got, "paper") {
		t.Fatalf("classes after a second Put: %v, %v", got, err)
	}
	s.now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	var gone []File
	n, err := s.Sweep(t.Context(), Sweeping{
		Known:    func(_ context.Context, f File) (bool, error) { return f.Class == "visit", nil },
		Removing: func(_ context.Context, f File) error { gone = append(gone, f); return nil },
	})
	if want := []File{{info.Digest, "paper"}}; n != 1 || err != nil || !slices.Equal(gone, want) {
		t.Errorf("swept %d, %v, %v", n, gone, err)
	}
	r, err := s.Open(t.Context(), info.Digest)
	if err != nil {
		t.Fatalf("the photo of the visit: %v", err)
	}
	_ = r.Close()
}

// What accounts uploaded is theirs alone, of the class they said. Control: Uploaded
// answering with Has.
func TestUploaded(t *testing.T) {
	t.Parallel()
	s, _ := testStore(t)
	put := func(n int, class, by string) Info {
		info, err := s.Put(t.Context(), bytes.NewReader(content(n)), PutOptions{Class: class, By: by, MIME: "image/jpeg", Max: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	mine, nobodys := put(40, "paper", "c1"), put(41, "signature", "")
	put(40, "paper", "c2") // both have the same photo
	for _, c := range []struct {
		info      Info
		class, by string
		want      bool
	}{
		{mine, "paper", "c1", true}, {mine, "paper", "c2", true}, {mine, "paper", "c3", false}, {mine, "paper", "", false},
		{mine, "signature", "c1", false}, {nobodys, "signature", "c3", true}, {nobodys, "paper", "c3", false},
	} {
		if got, err := s.Uploaded(c.info.Digest, c.class, c.by); got != c.want || err != nil {
			t.Errorf("as %q by %q: %v, %v", c.class, c.by, got, err)
		}
	}
}
