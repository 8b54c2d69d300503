// Which files are imported, or only asked about? Parts of one shapefile go as one file; several files stay together.
import { newUid } from "app/edit/uid.js";
import { packed } from "app/intake/pack.js";
import { attendFiles, drop, refuse, send } from "app/sending.js";

attendFiles(async (files) => {
  const most = Number(drop.dataset.most);
  const large = files.find((file) => file.size > most * 1024 * 1024);
  if (large) return refuse(`“${large.name}”超过 ${most} MB。请拆分后分别导入。`);
  const whole = await packed(files);
  if ("single" in drop.dataset && whole.length > 1) return refuse("一次分析一个文件。请只选一个。");
  const several = whole.length > 1;
  const group = several ? newUid() : undefined;
  let url = "";
  for (const [at, file] of whole.entries()) {
    url = await send(file, { which: several ? `（${at + 1}/${whole.length}）` : "", group });
  }
  location.assign(url);
});
