# 常用命令。没有 make（Windows）时，README 里有同样步骤的写法。
PYTHON ?= python3
MONTH ?= 2024-09
BIN := .venv/bin
READY := .venv/.ready
AXE := axe-core@4.14.1

.PHONY: report test browser bundle offline lab lint refresh dictionary clean

report: $(READY)   ## 生成一个月的报告：make report MONTH=2024-09
	$(BIN)/hotline simulate $(MONTH) --if-missing
	$(BIN)/hotline run $(MONTH)

test: $(READY)     ## 准备模拟工单并通过全部测试
	$(BIN)/hotline simulate 2024-09 --if-missing
	$(BIN)/python -m pytest -n auto --dist loadfile --ignore tests/browser --ignore tests/offline tests
	$(BIN)/python -m pytest -p no:xdist --nbval notebooks

browser: $(READY)  ## 在真浏览器里运行每个笔记本、检查每份报告的无障碍（需要系统装有 Chromium 和 npm）
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,browser]"
	npm install --prefix .venv/axe --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error $(AXE)
	$(BIN)/hotline simulate 2024-09 --if-missing
	$(BIN)/python -m pytest -p no:xdist tests/browser

bundle: $(READY)   ## 给没有网络的机器：dist/hotline-suite/ 里有全部依赖、项目和 start 脚本；另一种系统写 FOR="--platform win_amd64 --python-version 3.12"
	rm -rf dist/hotline-suite && mkdir -p dist/hotline-suite
	git archive HEAD | tar -x -C dist/hotline-suite
	cp bundle/start.sh bundle/start.bat dist/hotline-suite/
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --only-binary :all: $(FOR) -c constraints.txt \
	    -d dist/hotline-suite/wheels . "setuptools>=77"

offline: $(READY)  ## 在断网的环境里从 bundle 装一遍、出一份报告
	$(BIN)/python -m pytest -p no:xdist tests/offline

lab: $(READY)      ## 在 JupyterLab 中打开 notebooks/
	$(BIN)/hotline simulate $(MONTH) --if-missing
	$(BIN)/jupyter lab notebooks

lint: $(READY)     ## 检查代码和笔记本的写法，并报出库的大小
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/python tests/size.py

refresh: $(READY)  ## 重新执行 notebooks/，更新其中供比对的输出
	$(BIN)/hotline simulate $(MONTH) --if-missing
	$(BIN)/hotline refresh

dictionary: $(READY) ## 重新生成 docs/数据字典.md
	$(BIN)/python docs/dictionary.py

clean:             ## 删除生成的报告（工单和发过的邮件的记录不动）
	find output -mindepth 1 -not -name .gitignore -not -path output/sent -not -path 'output/sent/*' -delete

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $(READY)
