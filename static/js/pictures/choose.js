// Which picture becomes a drawing or imagery? One at a time.
import { attendFiles, drop, refuse, send } from "app/sending.js";

attendFiles(async ([file, another]) => {
  if (another) return refuse("一次上传一个文件。");
  const most = Number(drop.dataset.most);
  if (file.size > most * 1024 * 1024)
    return refuse(`“${file.name}”超过 ${most} MB。请裁剪或降低分辨率后再上传。`);
  location.assign(await send(file));
});
