import { useTranslation } from 'react-i18next';
import { Frame } from '../ui/frame.js';
import { Heading } from '../ui/heading.js';
import { Spinner } from '../ui/spinner.js';

/** Before there is anything to show. @param isWaiting for the page around this one to send a token */
export function LoadingScreen({ isWaiting = false }: { readonly isWaiting?: boolean }) {
  const { t } = useTranslation();
  return (
    <Frame>
      <div className="late m-auto flex flex-col items-center gap-4 text-muted" role="status">
        <Spinner className="size-7 text-(--brand-ink)" />
        <Heading className="text-sm! font-normal! tracking-normal! text-muted!">
          {isWaiting ? t('loading.waiting') : t('loading.title')}
        </Heading>
      </div>
    </Frame>
  );
}
