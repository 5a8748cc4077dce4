package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// seeder is the tool's own seed command, at work on a city whose database is still
// being made.
type seeder struct {
	cmd  *exec.Cmd
	told io.WriteCloser // one line: the tables are there; its end: nobody wants them
}

// startSeed has the people of a fresh city invented and sealed while the database is
// made. A place without the mark may yet turn out to have a city; then the people are
// thrown away.
func (m *machine) startSeed(ctx context.Context) error {
	mark := m.seeded()
	if m.cfg.DatabaseURL.Reveal() == "" {
		mark = filepath.Join(m.cfg.DataDir, "postgres", "seeded")
	}
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	return m.inventPeople(ctx)
}

func (m *machine) inventPeople(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "seed", "--when-told", "--people", fmt.Sprint(m.people))
	cmd.Env, cmd.Stdout, cmd.Stderr = m.environment("lianou_import"), m.tool.out, os.Stderr
	cmd.Env = slices.DeleteFunc(cmd.Env, func(line string) bool { return strings.HasPrefix(line, "LIANOU_LIFELINE=") })
	told, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("seed the city: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("seed the city: %w", err)
	}
	m.seeder = &seeder{cmd, told}
	return nil
}

// letPeopleIn tells the seeder that its tables are there, if there is no city yet.
func (m *machine) letPeopleIn() error {
	if !m.fresh {
		m.dropPeople()
		return nil
	}
	if m.seeder == nil {
		if err := m.inventPeople(m.tool.ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(m.tool.out, "a fresh city: %d synthetic people\n", m.people)
	_, _ = io.WriteString(m.seeder.told, "there\n") // one that has ended says why, and peopleAreIn that it did
	return nil
}

// peopleAreIn waits until the seeder is done and notes that there is a city.
func (m *machine) peopleAreIn(context.Context) error {
	s := m.seeder
	if m.seeder = nil; s == nil {
		return nil
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("seed the city: %w", err)
	}
	if err := os.WriteFile(m.seeded(), []byte(time.Now().UTC().Format(time.RFC3339)+"\n"), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("note that the city is seeded: %w", err)
	}
	return nil
}

// dropPeople ends a seeder that is not wanted.
func (m *machine) dropPeople() {
	if s := m.seeder; s != nil {
		m.seeder = nil
		_ = s.told.Close()
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}
