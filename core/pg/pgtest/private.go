package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lianou/core/pg/local"
)

// private starts this process's own server with the migrated template on it: on a
// copy of the seed, which it makes first when there is none. Without a place for
// seeds it makes a cluster for itself alone.
func (s *server) private() error {
	bin, err := local.FindBinaries()
	if err != nil {
		return err
	}
	kept, err := findSeed(bin, time.Now())
	if err != nil {
		return s.fresh()
	}
	dir, err := folder()
	if err != nil {
		return err
	}
	sown, err := kept.sow(dir)
	if err != nil {
		return err
	}
	if !sown {
		if err := grow(kept, bin); err != nil {
			return err
		}
		if _, err := kept.sow(dir); err != nil {
			return err
		}
	}
	s.template = seedTemplate
	_, err = s.serve(dir, bin, true)
	return err
}

// fresh makes a cluster and its template for this process.
func (s *server) fresh() error {
	dir, err := folder()
	if err != nil {
		return err
	}
	if _, err := s.serve(dir, "", true); err != nil {
		return err
	}
	return s.migrate()
}

// grow makes a cluster with a migrated template, stops it and keeps it as the seed.
func grow(kept seed, bin string) error {
	dir, err := folder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &server{template: seedTemplate}
	srv, err := s.serve(dir, bin, false) // a throwaway's folder goes with its server
	if err != nil {
		return err
	}
	grown := s.migrate()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := errors.Join(grown, srv.Stop(ctx)); err != nil {
		return err
	}
	return kept.keep(srv.Dir())
}

// serve runs a server in a folder. A throwaway needs no stop: its watchdog ends it
// with this process and removes the folder.
func (s *server) serve(dir, bin string, throwaway bool) (*local.Server, error) {
	srv, err := local.Start(context.Background(), local.Config{Dir: dir, Bin: bin, Throwaway: throwaway})
	if err != nil {
		return nil, err
	}
	s.admin = srv.Superuser("postgres")
	s.roleURL = func(role Role, database string) string { return srv.URL(string(role), database) }
	return srv, nil
}

func folder() (string, error) {
	dir, err := os.MkdirTemp(quick("/dev/shm"), "lianou-test-")
	if err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	return dir, nil
}
