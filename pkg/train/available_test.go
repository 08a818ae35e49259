package train

import (
	"testing"
	"testing/fstest"
)

func TestAvailableMemoryIsTheLeastOfSystemAndGroups(t *testing.T) {
	const gib = 1 << 30
	meminfo := "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n" // 16, 1 and 8 GiB
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
		known bool
	}{
		"no /proc":         {nil, 0, false},
		"the system alone": {map[string]string{"proc/meminfo": meminfo}, 8 * gib, true},
		"an old kernel":    {map[string]string{"proc/meminfo": "MemFree: 5 kB\n"}, 0, false},
		"version 2, a limit in a container": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "4294967296\n", "sys/fs/cgroup/memory.current": "3221225472\n",
			"sys/fs/cgroup/memory.stat": "anon 1073741824\ninactive_file 1073741824\nactive_file 5\n",
		}, 2 * gib, true},
		"version 2, a parent's limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/user.slice/job/step\n",
			"sys/fs/cgroup/user.slice/job/step/memory.max": "max\n", "sys/fs/cgroup/user.slice/job/step/memory.current": "1\n",
			"sys/fs/cgroup/user.slice/job/memory.max": "2147483648\n", "sys/fs/cgroup/user.slice/job/memory.current": "1073741824\n",
		}, gib, true},
		"version 2, more than the system has": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n",
			"sys/fs/cgroup/a/memory.max": "68719476736\n", "sys/fs/cgroup/a/memory.current": "0\n",
		}, 8 * gib, true},
		"version 1": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "9:name=systemd:/\n4:memory:/docker/abc\n1:cpu,cpuacct:/\n0::/\n",
			"sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1073741824\n", "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "536870912\n",
			"sys/fs/cgroup/memory/docker/abc/memory.stat": "cache 1\ninactive_file 7\ntotal_inactive_file 268435456\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":  "9223372036854771712\n",
			"sys/fs/cgroup/memory/memory.usage_in_bytes":  "1\n",
		}, 3 * gib / 4, true},
		"version 1, the host's path in a container": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory,hugetlb:/docker/abc\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n", "sys/fs/cgroup/memory/memory.usage_in_bytes": "0\n",
		}, gib, true},
		"a group that is over its limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "1\n", "sys/fs/cgroup/memory.current": "1000\n",
		}, 0, true},
	} {
		root := fstest.MapFS{}
		for path, content := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(content)}
		}
		if got, known := availableMemory(root); got != c.want || known != c.known {
			t.Errorf("%s: %d bytes (known: %t), want %d (%t)", name, got, known, c.want, c.known)
		}
	}
}
