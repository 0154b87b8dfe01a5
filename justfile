# Every recipe is one cargo command: just is optional.

[private]
default:
    @just --list --unsorted

# One model's demo, on every variant: just run semaphores --tasks 50 --limit 5
[group('use')]
run MODEL *ARGS:
    cargo run --release -p {{ MODEL }} -- {{ ARGS }}

# Compare every model, or one: just compare semaphores --tasks 1000 --limit 100
[group('use')]
compare *ARGS:
    cargo run --release -p compare -- {{ ARGS }}

# Did an update make it slower: just versions semaphores tokio=1.45.0,1.54.1
[group('use')]
versions MODEL VERSIONS *ARGS:
    cargo run --release -p compare -- {{ MODEL }} --versions {{ VERSIONS }} {{ ARGS }}

# A job over a range of sizes: just sweep process-pool --over below=1000..3000000
[group('use')]
sweep *ARGS:
    cargo run --release -p compare -- sweep {{ ARGS }}

# The eight sweeps of the book, into target/sweeps: some fifteen minutes
[group('use')]
sweeps:
    {{ just_executable() }} sweep process-pool --over below=1000..3000000 --variants std_only,tokio,rayon --out target/sweeps/process-pool
    {{ just_executable() }} sweep semaphores --over limit=1..1000 --tasks 1000 --latency 2ms --out target/sweeps/semaphores-limit
    {{ just_executable() }} sweep semaphores --over tasks=10..20000 --limit 50 --latency 0ms --out target/sweeps/semaphores-tasks
    {{ just_executable() }} sweep locks --over workers=1..64 --increments 20000 --out target/sweeps/locks-workers
    {{ just_executable() }} sweep locks --over reads=0..100 --increments 2000 --hold 30 --variants std_mutex,std_rwlock,parking_lot_rwlock,arc_swap --out target/sweeps/locks-reads
    {{ just_executable() }} sweep cancellation --over tasks=1..1000000 --points 7 --out target/sweeps/cancellation-tasks
    {{ just_executable() }} sweep process-pool --over window=8..64 --variants nats --noop --wait 2ms --ranges 1000 --workers 2 --delay 20ms --out target/sweeps/process-pool-window
    {{ just_executable() }} sweep serving --over rate=1000,2000,4000,8000,16000 --requests 4000 --out target/sweeps/serving-rate

# All that the documents quote, measured again and kept in docs/results: just keep, or just keep semaphores-short
[group('use')]
keep *NAMES:
    cargo run --release -p compare -- keep --measure {{ NAMES }}

# The documents' figures from docs/results: just splice, or just splice --check
[group('use')]
splice *ARGS:
    cargo run -q -p compare -- splice {{ ARGS }}

# What got slower or faster between two results: just changes old.json new.json
[group('use')]
changes OLD NEW:
    cargo run -q -p compare -- diff {{ OLD }} {{ NEW }}

# Results of several machines beside each other: just merge a.json b.json
[group('use')]
merge *FILES:
    cargo run -q -p compare -- merge {{ FILES }}

# The report again, from a results.json: just report target/compare/results.json
[group('use')]
report FILE *ARGS:
    cargo run -q -p compare -- report {{ FILE }} {{ ARGS }}

# Models, variants and peers, and what this machine can't run
[group('use')]
list *ARGS:
    cargo run -q -p compare -- list {{ ARGS }}

# Which model and variant, by a few questions: just choose, or just choose --tree
[group('use')]
choose *ARGS:
    cargo run -q --release -p compare -- choose {{ ARGS }}

# Two variants side by side: just diff semaphores tokio smol
[group('use')]
diff MODEL A B:
    cargo run -q -p compare -- diff {{ MODEL }} {{ A }} {{ B }}

# What takes the place of a Python name: just how asyncio.wait_for, just how cancel a task
[group('use')]
how *WORDS:
    cargo run -q -p compare -- how {{ WORDS }}

# A function to be written by you, and judged: just exercise at_most_tokio
[group('use')]
exercise *NAME:
    cargo run --release -- exercise {{ NAME }}

# Every case against every variant: just faults semaphores --variants tokio,surf
[group('use')]
faults *ARGS:
    cargo run --release -p compare -- faults {{ ARGS }}

# Three machines in network namespaces, 20 ms and 1 % of loss apart: just machines 20 1
[group('use')]
machines ROUND_TRIP_MS='20' LOSS_PERCENT='0' *ARGS:
    cargo build --release -p process-pool
    crates/process-pool/examples/machines.sh {{ ROUND_TRIP_MS }} {{ LOSS_PERCENT }} {{ ARGS }}

# Set up Python for the peers, under target/peers
[group('use')]
peers:
    cargo run -q -p compare -- peers

# The origin alone: just origin --listen 127.0.0.1:8080
[group('use')]
origin *ARGS:
    cargo run --release -p http-origin -- {{ ARGS }}

# The tests, all of them or some: just test -p locks
[group('work')]
test *ARGS:
    cargo test {{ if ARGS == '' { '--workspace' } else { ARGS } }}

# Format every file, new ones too; variants are declared in a macro, where cargo fmt does not look
[group('work')]
fmt *ARGS:
    git ls-files --cached --others --exclude-standard --deduplicate '*.rs' ':!:*/tests/ui/*' | xargs ls -d 2>/dev/null | xargs rustfmt --edition 2024 {{ ARGS }}

# Formatting, lints and documentation, warnings as errors
[group('work')]
check: (fmt '--check')
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps

# The book, the kept results and the last report in target/site, where mdbook is installed
[group('work')]
site *ARGS:
    cargo run -q -p compare -- site {{ ARGS }}

# All that a machine checks before a change is taken
[group('work')]
ci:
    .ci/run
