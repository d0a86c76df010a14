# 常用命令。没有 make（Windows）时，README 里有同样步骤的写法。
PYTHON ?= python3
MONTH ?= 2024-09
PY := .venv/bin/python
HOTLINE := $(PY) -m hotline_lib
READY := .venv/.ready
AXE := axe-core@4.14.1
UV := 0.13.9
SPARK := pyspark==4.3.0 grpcio grpcio-status googleapis-common-protos zstandard
EXAMPLES ?= 3000
ifndef SEED
SEED := $(shell date +%s)
endif
TEST := $(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --nbval --ignore tests/browser --ignore tests/offline tests notebooks
export PYTHONUTF8 := 1
test test-all search: export PYTHONHASHSEED := 0

.PHONY: report test test-all search browser engines verified lock bundle offline lab lint refresh dictionary clean

report: $(READY)   ## 生成一个月的报告：make report MONTH=2024-09
	$(HOTLINE) simulate $(MONTH) --if-missing
	$(HOTLINE) run $(MONTH)

test: $(READY)     ## 通过测试（另有模拟工单，在 .cache/ 里；不动 data/tickets 和 output）
	$(TEST) --hypothesis-profile quick -m "not slow"

test-all: $(READY) ## 通过全部测试，包括费时的
	$(TEST)

search: $(READY)   ## 用随机样例找更久：make search EXAMPLES=3000；再找一遍同样的：加上打印出的 SEED=…
	@echo "SEED=$(SEED) EXAMPLES=$(EXAMPLES)　出错的样例存入 .cache/tests/examples 和 .cache/tests/found"
	HOTLINE_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n auto --hypothesis-profile search --hypothesis-seed $(SEED) -m hypothesis tests
	$(PY) tests/search/exports.py --examples $(EXAMPLES) --seed $(SEED) --keep .cache/tests/found
	$(PY) tests/search/people.py

browser: $(READY)  ## 在真浏览器里运行每个笔记本、检查每份报告的无障碍（需要系统装有 Chromium 和 npm）
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,browser]"
	npm install --prefix .venv/axe --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error $(AXE)
	$(PY) -m pytest -p no:xdist tests/browser

verified:          ## 安装时逐个核对：每个包都要与 requirements.lock 中的 SHA-256 一致，不一致就不装
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

lock: $(READY)     ## 改过 constraints.txt 或 pyproject.toml 之后：重新生成 requirements.lock
	$(PYTHON) -m venv .venv/uv && .venv/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	echo setuptools | .venv/uv/bin/uv pip compile --quiet --all-extras --universal --python-version 3.11 -c constraints.txt \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements.lock pyproject.toml -

bundle: $(READY)   ## 给没有网络的机器：dist/hotline-suite/ 里有全部依赖、项目和 start 脚本；另一种系统写 FOR="--platform win_amd64 --python-version 3.12"
	rm -rf dist/hotline-suite && mkdir -p dist/hotline-suite
	git archive HEAD | tar -x -C dist/hotline-suite
	cp bundle/start.sh bundle/start.bat dist/hotline-suite/
	$(PY) -m pip download --quiet --disable-pip-version-check --only-binary :all: $(FOR) -c constraints.txt \
	    -d dist/hotline-suite/wheels . setuptools
	$(PY) bundle/hashes.py dist/hotline-suite

engines: $(READY)  ## 从真的 PostgreSQL 和 Spark 读同一个月，各项都要一样（没有服务器程序或 Java 的，说明原因跳过）
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,postgres]"
	$(PY) -m pytest -p no:xdist tests/tickets/test_postgres.py
	$(PY) -m venv .venv/spark
	$(PY) -c "import sysconfig; print(sysconfig.get_path('purelib'))" > "$$(.venv/spark/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/above.pth"
	.venv/spark/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(SPARK) \
	    || echo "没有装上 PySpark：跳过 Spark 的测试"
	PYTHONPATH="$(CURDIR)" .venv/spark/bin/python -m pytest -p no:xdist tests/tickets/test_spark.py

offline: $(READY)  ## 在断网的环境里从 bundle 装一遍、出一份报告
	$(PY) -m pytest -p no:xdist tests/offline

lab: $(READY)      ## 在 JupyterLab 中打开 notebooks/（还没有 data/tickets 时先模拟一个月）
	test -e "$${HOTLINE_DATA:-data}/tickets" || $(HOTLINE) simulate $(MONTH)
	env -u HOTLINE_SMTP_PASSWORD $(PY) -m jupyter lab notebooks

lint: $(READY)     ## 检查代码和笔记本的写法、库的类型标注，并报出库的大小
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	@$(PY) tests/size.py

refresh: $(READY)  ## 用测试的模拟工单重新执行 notebooks/，更新其中供比对的输出
	data="$$($(PY) tests/surroundings.py)" && $(HOTLINE) refresh --data "$$data"

dictionary: $(READY) ## 重新生成 docs/数据字典.md
	$(PY) docs/dictionary.py

clean:             ## 删除生成的报告（工单、发过的邮件的记录和锁不动）
	find output -mindepth 1 -not -name .gitignore -not -path output/sent -not -path 'output/sent/*' \
	    -not -path output/.locks -not -path 'output/.locks/*' -delete

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $(READY)
