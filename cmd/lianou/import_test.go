package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"lianou/cmd/internal/visitor"
	"lianou/core/staff"
)

// A place that stands in no list the programs carry.
const (
	newTown    = "371426999"
	newVillage = "371426999001"
)

// importPlaces gives the running city the list that ships, with one township and
// one village more.
func (s *site) importPlaces() {
	s.t.Helper()
	shipped, err := os.ReadFile(filepath.Join("..", "..", "core", "registry", "data", "regions.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.t.TempDir(), "places.csv")
	more := newTown + ",迁建新镇,,\n" + newVillage + ",迁建新村,,\n"
	if err := os.WriteFile(file, append(shipped, more...), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if out, err := s.run("import", "regions", file); err != nil || !strings.Contains(out, "135 个乡镇,8097 个村") {
		s.t.Fatalf("import: %v %s", err, out)
	}
}

// offersPlaces holds that both sides offer the imported place once they were
// started anew: the app its township, the desk township and village.
// Control: gateway and platform that read the embedded list.
func (s *site) offersPlaces() {
	s.t.Helper()
	resp, err := http.Get(s.url["gateway"] + "/c/app/form")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	form, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(form), newTown) || !strings.Contains(string(form), "迁建新镇") {
		s.t.Errorf("the app does not offer the imported township (%v)", err)
	}
	clerk, err := s.atDesk("pingyuan.clerk")
	if err != nil {
		s.t.Fatal(err)
	}
	lists, err := clerk.Open(s.t.Context(), "/desk/places?"+url.Values{"live.county": {"371426"}, "live.township": {newTown}}.Encode())
	if err != nil || !strings.Contains(lists.Body, "迁建新镇") || !strings.Contains(lists.Body, newVillage) {
		s.t.Errorf("the desk does not offer the imported village (%v)", err)
	}
}

// atDesk logs a member of staff in.
func (s *site) atDesk(login string) (*visitor.Visitor, error) {
	v, err := visitor.New(s.url["platform"])
	if err != nil {
		return nil, err
	}
	page, err := v.Open(s.t.Context(), "/desk/login")
	if err != nil {
		return nil, err
	}
	form, err := page.Form("/desk/login")
	if err != nil {
		return nil, err
	}
	_, err = v.Send(s.t.Context(), form, url.Values{"login": {login}, "password": {staff.DemoPassword}})
	return v, err
}
