package idcard

import (
	"os"
	"os/exec"
	"syscall"
)

// alone ends the process with us and, where the system lets us, gives it a network of its
// own in which there is nothing. Without it nothing is lost that we know of: tesseract
// opens addresses only when one is its file name, and ours is always "stdin".
func alone(cmd *exec.Cmd, cut bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with what it started
	if cut {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
}

// canCut tries whether a process without a network may be made: containers often forbid
// it.
func canCut() bool {
	cmd := exec.Command("/bin/sh", "-c", "exit 0")
	alone(cmd, true)
	return cmd.Run() == nil
}
