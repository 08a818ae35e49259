package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// livingCell is exploreCell, and writes down which process it is and which one its kernel.
var livingCell = strings.Replace(strings.Replace(exploreCell, "\t\"os\"\n", "\t\"fmt\"\n\t\"os\"\n", 1), "%%\n", `%%
_ = os.WriteFile("pids", fmt.Appendf(nil, "%d %d", os.Getpid(), os.Getppid()), 0o644)
`, 1)

// TestTheExplorerEndsWithItsKernel ends a kernel while an explorer waits for its page: once it is killed, once it is asked to shut down.
func TestTheExplorerEndsWithItsKernel(t *testing.T) {
	dir, _ := exploreFolder(t)
	writeNotebook(t, filepath.Join(dir, "explore.ipynb"), livingCell)
	l := openLab(t, dir)
	signal := func(pid int, s syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(pid, s); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []struct {
		how string
		do  func(kernel int)
	}{
		// A server that runs would kill what its kernel has left.
		{"is killed", func(kernel int) { signal(l.pid, syscall.SIGSTOP); signal(kernel, syscall.SIGKILL) }},
		{"is shut down", func(int) { l.shutDown() }},
	} {
		l.open("explore.ipynb")
		l.execute()
		l.Until(`document.querySelector(".spx-state")?.textContent.startsWith("Corrections are saved")`)
		raw, err := os.ReadFile(filepath.Join(dir, "pids"))
		if err != nil {
			t.Fatal(err)
		}
		var program, kernel int
		if _, err := fmt.Sscan(string(raw), &program, &kernel); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(program, syscall.SIGKILL) })
		if !running(program) {
			t.Fatalf("before its kernel %s, the cell's program is not there", end.how)
		}
		end.do(kernel)
		ended := false
		for deadline := time.Now().Add(10 * time.Second); !ended && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			ended = !running(program)
		}
		_ = syscall.Kill(l.pid, syscall.SIGCONT)
		if !ended {
			t.Fatalf("10 seconds after its kernel %s, the cell's program is still there", end.how)
		}
	}
}

// running says whether a process is there and has not ended: one that nobody has waited for stays in the list of processes.
func running(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := bytes.Cut(raw, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z"))
}

// shutDown asks the only kernel to end, as JupyterLab's menu does.
func (l *lab) shutDown() {
	l.t.Helper()
	var kernels []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(l.get("api/kernels"), &kernels); err != nil || len(kernels) != 1 {
		l.t.Fatalf("%d kernels, %v", len(kernels), err)
	}
	request, err := http.NewRequest(http.MethodDelete, l.server+"/api/kernels/"+kernels[0].ID+"?token=secret", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		l.t.Fatalf("the kernel is not shut down: %s", answer.Status)
	}
}
