"""An intake once its files are asked for: read, checked, compared, stored, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from hotline_lib.intake import gone, report, store, words
from hotline_lib.intake.check import map_rows
from hotline_lib.intake.reading import Reading
from hotline_lib.intake.stage import Stage, stage
from hotline_lib.intake.take import Intake, Options, Say
from hotline_lib.intake.words import IntakeError
from hotline_lib.params import Params, load_params
from hotline_lib.paths import Paths


def settled(files: Sequence[Path], month: str, options: Options, paths: Paths, say: Say) -> Intake:
    """See ``take.intake``. options: units as they were typed."""
    params = load_params(month, paths.params, need_month_file=False)
    if not params.month.source.in_data:
        raise IntakeError(words.DATABASE.format(month=month))
    unit = params.unit(options.unit).name if options.unit else ""
    options = replace(options, unit=unit, replace_units=gone.named(options.replace_units, params))
    with stage(params, paths) as staged:
        return _Intake(staged, options, params, paths, say).run(files)


class _Intake(Reading):
    """Reading, and what is done with it."""

    def __init__(self, staged: Stage, options: Options, params: Params, paths: Paths, say: Say):
        super().__init__(staged, options, params, say)
        self.paths, self.con = paths, staged.con

    def run(self, files: Sequence[Path]) -> Intake:
        self.read(files)
        self.stage.close()
        self.say("核对每一行", None)
        map_rows(self.con, self.params)
        folder = report.Folder(self.params.month.month, self.paths)
        try:
            return self.settle(files, folder)
        finally:
            folder.drop()

    def settle(self, files: Sequence[Path], folder: report.Folder) -> Intake:
        """Takes the good rows, or refuses all; either way the folder says why."""
        month, options = self.params.month.month, self.options
        report.tell(self.con, self.broken, self.params, self.screen)
        report.write_problems(self.con, folder.beside)
        self.notes += report.oddities(self.con, self.params)
        lines, total = report.first_problems(self.con, name_file=len({name for _, name, *_ in self.stage.sources}) > 1)
        lost = bool(self.broken) or report.rows_outside(self.con)
        if total and (lost or not options.accept_good):
            report.write_sums(folder.beside, month=month, rows=report.sums(self.con, taken=False), notes=self.notes)
            folder.keep()
            where = self.paths.short(folder.path / "problems.csv")
            again = words.command(files, options, month, self.screen)
            raise IntakeError(
                words.refusal(lines, total, self.named(files), where, again, fatal=lost or options.accept_good)
            )
        self.say("与已有的工单比较", None)
        store.compare(self.con, self.params, self.paths, replace_simulated=options.replace_simulated)
        voided = gone.void(self.con, self.params, options.replace_units, confirmed=options.confirmed)
        rows = report.sums(self.con, taken=True)
        report.write_changes(self.con, self.params, folder.beside)
        if total:
            report.write_refused(self.con, self.params, self.screen, folder.beside)
        if voided:
            gone.write_removed(self.con, self.params, folder.beside)
        self.say("写入各月工单", None)
        written = store.write_months(self.con, self.params, self.paths)
        self.notes += gone.notes(self.con, self.params, options.replace_units, changed=bool(written))
        aside = store.simulated(self.params, self.paths) if written else []  # nothing comes in their place otherwise
        done = Intake(month, rows, store.described(written, aside, self.paths), self.notes, folder.path, voided)
        stored = [asdict(each) for each in done.stored]
        report.write_sums(folder.beside, month=month, rows=rows, stored=stored, notes=self.notes, voided=voided)
        if written:  # all that can fail for want of space is behind us
            store.place(self.stage.change, dict.fromkeys(aside) | written, self.paths, record=folder)
        else:
            folder.keep()
        return done

    def named(self, files: Sequence[Path]) -> str:
        return self.screen.file(files[0].name, 0) + " " if len(files) == 1 else f"{len(files)} 个文件"
