//go:build !unix

package stage

import (
	"os"
	"os/exec"
)

// ownGroup does nothing: the system has no process groups.
func ownGroup(*exec.Cmd) {}

// killGroup ends the program alone: the system has no process groups.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}

// alive says whether a process is there.
func alive(pid int) bool {
	_, err := os.FindProcess(pid)
	return err == nil
}
